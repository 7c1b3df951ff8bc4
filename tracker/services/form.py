"""A form acts once: its second copy, from a double click or a browser that sent again, finds the token used."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from tracker.models.form import UsedForm
from tracker.services.context import Context

KEPT = timedelta(days=2)


def first_time(ctx: Context, token: str) -> bool:
    """Whether this token was never used. In the transaction of the verb: a second copy waits for the first one's end,
    and a verb that fails leaves the token free."""
    query = insert(UsedForm).values(token=token, used_at=ctx.now).on_conflict_do_nothing().returning(UsedForm.token)
    return ctx.session.scalar(query) is not None


def forget_old(ctx: Context) -> None:
    ctx.session.execute(delete(UsedForm).where(UsedForm.used_at < ctx.now - KEPT))
