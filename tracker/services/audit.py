"""One append-only event for every verb."""

from typing import Any

from tracker.models.audit import AuditEvent
from tracker.services.context import Context


def record(
    ctx: Context,
    verb: str,
    subject_type: str,
    subject_id: int,
    *,
    from_state: str | None = None,
    to_state: str | None = None,
    data: dict[str, Any] | None = None,
) -> AuditEvent:
    event = AuditEvent(
        at=ctx.now,
        actor_id=ctx.actor.user_id,
        on_behalf_of_id=ctx.on_behalf_of_id,
        verb=verb,
        subject_type=subject_type,
        subject_id=subject_id,
        from_state=from_state,
        to_state=to_state,
        data={**(data or {}), **({"via": "mail"} if ctx.link_id is not None else {})},
        request_id=ctx.request_id,
    )
    ctx.session.add(event)
    return event
