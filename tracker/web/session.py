"""Who is looking: the signed-in person, the actor of today, and the context that pages act in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import flask_login
from flask import g, redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.wrappers import Response

from tracker.acting import acting as _acting
from tracker.extensions import db, login_manager
from tracker.rules.calendar import calendar_of
from tracker.rules.permissions import NOWHERE, SYSTEM, Actor, Permission, Scope, may
from tracker.services.context import Context
from tracker.services.form import first_time
from tracker.services.identity import recognise, touch
from tracker.store.visitor import Visitor
from tracker.web.inputs import clean
from tracker.web.security import request_id

# Forms that only show what would happen: sent twice, they show it twice.
LOOKING = frozenset({"bulk.choose", "bulk.preview", "update_sheet.preview", "report_form.preview"})
View = TypeVar("View", bound=Callable[..., Any])
# Pages that a person with a first password may still reach; of the last two nobody asks who is looking.
FREE = frozenset({
    "auth.password", "auth.change_password", "auth.sign_out", "auth.language", "act.show", "act.do",
    "unsubscribe.show", "unsubscribe.do", "static", "home.healthz", "home.readyz",
})  # fmt: skip


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The person behind the cookie. Its id is the session's token, so a session can be revoked."""

    def __init__(self, token: str, visitor: Visitor) -> None:
        self.token, self.visitor, self.actor = token, visitor, visitor.actor
        self.login, self.must_change_password = visitor.login, visitor.must_change_password
        self.calendar = calendar_of(frozenset(visitor.day_overrides.items()))
        self.scopes = {
            id_: Scope(standing_unit_ids=visitor.offices[id_], issuer_unit_id=issuer)
            for id_, issuer in visitor.issuers.items()
        }

    def get_id(self) -> str:
        return self.token


class JustSignedIn(UserMixin):  # type: ignore[misc]
    """Somebody who has shown their password: all that the cookie needs."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_signed_in(token: str) -> SignedIn | None:
    now = datetime.now(UTC)
    found = recognise(db.session(), token, now)
    if found is None:
        return None
    if (now - found.seen_at).total_seconds() > 60:
        with _acting(now=now) as ctx:
            touch(ctx, found.session_id)
    return SignedIn(token, found)


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def ask_to_sign_in() -> Response:
    following = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=following))


def login_required(view: View) -> View:
    """Flask-Login's guard, with the type of what it guards."""
    return cast(View, flask_login.login_required(view))


def current_actor() -> Actor:
    return current_user.actor if current_user.is_authenticated else SYSTEM


@contextmanager
def acting() -> Iterator[Context]:
    """The signed-in person at work: one commit when the block ends."""
    assert current_user.is_authenticated
    with _acting(current_user.actor, request_id=request_id()) as ctx:
        ctx.know(calendar=current_user.calendar, offices=current_user.visitor.offices)
        _act_once(ctx)
        yield ctx


class AlreadySent(Exception):
    """The second copy of a form that has been acted on."""


def _act_once(ctx: Context) -> None:
    spends = request.method == "POST" and "once" not in g and request.endpoint not in LOOKING
    token = clean(request.form.get("once", ""))[:64] if spends else ""
    if token:
        g.once = True
        if not first_time(ctx, token):
            raise AlreadySent


def overseen(ctx: Context, permission: Permission = Permission.MONITOR) -> frozenset[int]:
    """Programmes in which this person holds a permission about the whole."""
    return frozenset(id_ for id_, scope in current_user.scopes.items() if may(ctx.actor, permission, scope))


def require_password_change() -> Response | None:
    """A first password opens nothing but the page that changes it."""
    if request.endpoint not in FREE and current_user.is_authenticated and current_user.must_change_password:
        return redirect(url_for("auth.password"))
    return None


def is_admin(actor: Actor) -> bool:
    return may(actor, Permission.MANAGE_USERS, NOWHERE)
