"""Signing in and out, passwords, and who a person is today."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.orm import Session

from tracker.models.user import LoginSession, User
from tracker.rules.calendar import local_date
from tracker.rules.errors import Invalid, NotAllowed
from tracker.rules.permissions import Actor
from tracker.rules.text import fold
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store.people import posts_of
from tracker.store.user import by_login, open_session
from tracker.store.visitor import Visitor, visitor

HASHER = PasswordHash((Argon2Hasher(),))
# Checked when the login is unknown, so that the answer takes as long.
_DUMMY = HASHER.hash(token_urlsafe())
FREE_TRIES = 5
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(minutes=15)
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=14)
SHORTEST_PASSWORD = 8
COMMON = frozenset({"matkhau", "password", "12345678", "123456789", "giaoviec", "qwertyui", "abcd", "admin", "tanyen"})


def sign_in(ctx: Context, login: str, password: str) -> tuple[str, User] | None:
    """(session token, user), or None: the same for an unknown login, a wrong password and a locked account.

    Five wrong tries lock for 30 s, each further one doubles it up to 15 minutes, never for ever.
    """
    user = by_login(ctx.session, login, lock=True)
    known = HASHER.verify(password, user.password_hash if user else _DUMMY)
    if user is None or not user.active:
        return None
    if user.locked_until and ctx.now < user.locked_until:
        return None
    if not known:
        user.wrong_logins += 1
        beyond = user.wrong_logins - FREE_TRIES
        if beyond >= 0:
            user.locked_until = ctx.now + min(FIRST_LOCK * 2 ** min(beyond, 10), LONGEST_LOCK)
        record(ctx, "sign_in_refused", "user", user.id)
        return None
    user.wrong_logins, user.locked_until = 0, None
    token = token_urlsafe(32)
    ctx.session.add(LoginSession(token_hash=_hash(token), user_id=user.id, created_at=ctx.now, seen_at=ctx.now))
    record(ctx, "sign_in", "user", user.id, data={"user": user.login})
    return token, user


def sign_out(ctx: Context, token: str) -> None:
    row = open_session(ctx.session, _hash(token))
    if row is not None:
        row.revoked_at = ctx.now
        record(ctx, "sign_out", "user", row.user_id)


def recognise(session: Session, token: str, now: datetime) -> Visitor | None:
    """The person behind a token, if its session is neither idle for 8 hours nor older than 14 days."""
    found = visitor(session, _hash(token), local_date(now))
    if found is None or now - found.seen_at > IDLE or now - found.created_at > ABSOLUTE:
        return None
    return found


def touch(ctx: Context, session_id: int) -> None:
    """Somebody is still there; one write a minute is enough."""
    row = ctx.session.get(LoginSession, session_id)
    if row is not None and ctx.now - row.seen_at > timedelta(minutes=1):
        row.seen_at = ctx.now


def actor_of(session: Session, user: User, now: datetime) -> Actor:
    posts = posts_of(session, user.id, local_date(now))
    return Actor(
        user_id=user.id,
        name=user.name,
        posts=tuple(posts),
        is_admin=user.is_admin,
        is_auditor=user.is_auditor,
    )


def change_password(ctx: Context, user_id: int, old: str, new: str) -> None:
    """Signs out every other session of the person."""
    user = ctx.session.get(User, user_id, with_for_update=True)
    if user is None or ctx.actor.user_id != user_id:
        raise NotAllowed(N_("Anh/chị chỉ đổi được mật khẩu của mình."))
    if not HASHER.verify(old, user.password_hash):
        raise Invalid(N_("Mật khẩu hiện tại không đúng."), field="old")
    check_password(new, user.login)
    if new == old:
        raise Invalid(N_("Mật khẩu mới phải khác mật khẩu hiện tại."), field="new")
    user.password_hash, user.must_change_password = HASHER.hash(new), False
    record(ctx, "change_password", "user", user.id)


def check_password(password: str, login: str) -> None:
    """Long, not common, not the login; any character is allowed."""
    folded = fold(password).replace(" ", "")
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(N_("Mật khẩu cần ít nhất %(n)s ký tự."), field="new", n=SHORTEST_PASSWORD)
    guessable = folded in COMMON or folded.strip("0123456789") in COMMON or len(set(password)) < 4
    if login.lower() in password.lower() or guessable:
        raise Invalid(N_("Mật khẩu này quá dễ đoán; hãy chọn mật khẩu khác."), field="new")


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
