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
from tracker.rules.permissions import NOWHERE, SYSTEM, Actor, Permission, Scope, may
from tracker.services.context import Context
from tracker.services.form import first_time
from tracker.services.identity import actor_of, recognise, touch
from tracker.store.people import standing_unit_ids
from tracker.store.programme import programmes
from tracker.web.security import request_id

View = TypeVar("View", bound=Callable[..., Any])
# Pages that a person with a first password may still reach.
FREE = frozenset({"auth.password", "auth.change_password", "auth.sign_out", "auth.language", "static"})


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The person behind the cookie. Its id is the session's token, so a session can be revoked."""

    def __init__(self, token: str, actor: Actor, login: str, locale: str, *, must_change_password: bool) -> None:
        self.token, self.actor, self.login, self.locale = token, actor, login, locale
        self.must_change_password = must_change_password

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_signed_in(token: str) -> SignedIn | None:
    now = datetime.now(UTC)
    row = recognise(db.session(), token, now)
    if row is None:
        return None
    actor = actor_of(db.session(), row.user, now)
    person = SignedIn(token, actor, row.user.login, row.user.locale, must_change_password=row.user.must_change_password)
    idle = (now - row.seen_at).total_seconds()
    if idle > 60:
        with _acting(now=now) as ctx:
            touch(ctx, row.id)
    return person


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
        _act_once(ctx)
        yield ctx


class AlreadySent(Exception):
    """The second copy of a form that has been acted on."""


def _act_once(ctx: Context) -> None:
    token = request.form.get("once", "")[:64] if request.method == "POST" and "once" not in g else ""
    if token:
        g.once = True
        if not first_time(ctx, token):
            raise AlreadySent


def overseen(ctx: Context, permission: Permission = Permission.MONITOR) -> frozenset[int]:
    """Programmes in which this person holds a permission about the whole."""
    if "scopes" not in g:
        offices = standing_unit_ids(ctx.session, ctx.today)
        g.scopes = {
            one.id: Scope(standing_unit_ids=offices.get(one.id, frozenset()), issuer_unit_id=one.issuer_unit_id)
            for one in programmes(ctx.session)
        }
    return frozenset(id_ for id_, scope in g.scopes.items() if may(ctx.actor, permission, scope))


def require_password_change() -> Response | None:
    """A first password opens nothing but the page that changes it."""
    if current_user.is_authenticated and current_user.must_change_password and request.endpoint not in FREE:
        return redirect(url_for("auth.password"))
    return None


def is_admin(actor: Actor) -> bool:
    return may(actor, Permission.MANAGE_USERS, NOWHERE)
