"""Signing in and out, passwords, and who a person is today."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.orm import Session

from tracker.models.user import LoginSession, User
from tracker.rules.calendar import local_date
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.rules.permissions import Actor, Permission, demand
from tracker.rules.text import fold
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store import chat
from tracker.store.mail_link import revoke_of_person
from tracker.store.people import posts_of
from tracker.store.user import by_login, open_session, open_sessions
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
    if user is None or not user.active or not _counted(ctx, user, known, "sign_in_refused"):
        return None
    token = token_urlsafe(32)
    ctx.session.add(LoginSession(token_hash=_hash(token), user_id=user.id, created_at=ctx.now, seen_at=ctx.now))
    record(ctx, "sign_in", "user", user.id, data={"user": user.login})
    return token, user


def _counted(ctx: Context, user: User, known: bool, refused: str) -> bool:
    """Whether the person is who they say: their password is right, and not too many wrong ones came before it."""
    if user.locked_until and ctx.now < user.locked_until:
        return False
    if known:
        user.wrong_logins, user.locked_until = 0, None
        return True
    user.wrong_logins += 1
    beyond = user.wrong_logins - FREE_TRIES
    if beyond >= 0:
        user.locked_until = ctx.now + min(FIRST_LOCK * 2 ** min(beyond, 10), LONGEST_LOCK)
    record(ctx, refused, "user", user.id)
    return False


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


def change_password(ctx: Context, user_id: int, old: str, new: str, *, token: str = "") -> bool:
    """Ends every session of the person but that of `token`, where the change is made.

    False for a wrong old password, counted and locked as at the sign-in: whoever sits down at an open page cannot try
    for ever. It is no error, so that the count is kept.
    """
    user = ctx.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or ctx.actor.user_id != user_id:
        raise NotAllowed(N_("Anh/chị chỉ đổi được mật khẩu của mình."))
    if not _counted(ctx, user, HASHER.verify(old, user.password_hash), "change_password_refused"):
        return False
    check_password(new, user.login)
    if new == old:
        raise Invalid(N_("Mật khẩu mới phải khác mật khẩu hiện tại."), field="new")
    user.password_hash, user.must_change_password = HASHER.hash(new), False
    end_sessions(ctx, user.id, but=token)
    record(ctx, "change_password", "user", user.id)
    return True


def reset_password(ctx: Context, login: str, new: str) -> User:
    """A new first password from an administrator: it ends the lock and every session."""
    user = _managed(ctx, login)
    check_password(new, user.login)
    user.password_hash, user.must_change_password = HASHER.hash(new), True
    user.wrong_logins, user.locked_until = 0, None
    end_sessions(ctx, user.id)
    record(ctx, "reset_password", "user", user.id, data={"user": user.login})
    return user


def deactivate(ctx: Context, login: str) -> User:
    """The person has left: nothing of theirs opens any more, also not if they come back one day."""
    user = _managed(ctx, login)
    user.active = False
    end_sessions(ctx, user.id)
    revoke_of_person(ctx.session, user.id, ctx.now)
    chat.forget(ctx.session, user.id)
    record(ctx, "deactivate_user", "user", user.id, data={"user": user.login})
    return user


def end_sessions(ctx: Context, user_id: int, *, but: str = "") -> None:
    """Sign the person out everywhere, except in the session of the token `but`."""
    for row in open_sessions(ctx.session, user_id):
        if not but or row.token_hash != _hash(but):
            row.revoked_at = ctx.now


def _managed(ctx: Context, login: str) -> User:
    demand(ctx.actor, Permission.MANAGE_USERS)
    user = by_login(ctx.session, login, lock=True)
    if user is None:
        raise NotFound(N_("Không có người dùng “%(login)s”."), login=login)
    return user


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
