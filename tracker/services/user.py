"""Adding people and their posts."""

from datetime import date

from sqlalchemy import select

from tracker.models.unit import Unit
from tracker.models.user import Post, PostRole, User
from tracker.rules.errors import Invalid
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.identity import HASHER, check_password
from tracker.store.user import by_login


def add_user(
    ctx: Context,
    login: str,
    *,
    name: str,
    email: str | None,
    password: str,
    unit_code: str | None,
    role: str,
    is_admin: bool,
    is_auditor: bool,
    valid_from: date,
) -> User:
    """A person who must change the first password, with a post in a unit if one is named."""
    login = login.strip().lower()
    if not login or by_login(ctx.session, login):
        raise Invalid(N_("Tên đăng nhập “%(login)s” đã có hoặc không hợp lệ."), field="login", login=login)
    check_password(password, login)
    user = User(
        login=login,
        name=name.strip(),
        email=(email or "").strip() or None,
        password_hash=HASHER.hash(password),
        must_change_password=True,
        is_admin=is_admin,
        is_auditor=is_auditor,
    )
    ctx.session.add(user)
    ctx.session.flush()
    if unit_code:
        unit = ctx.session.scalar(select(Unit).where(Unit.code == unit_code))
        if unit is None:
            raise Invalid(N_("Không có đơn vị mã “%(code)s”."), field="unit", code=unit_code)
        ctx.session.add(Post(user_id=user.id, unit_id=unit.id, role=PostRole(role), valid_from=valid_from))
    record(ctx, "add_user", "user", user.id, data={"login": login})
    return user


def set_locale(ctx: Context, locale: str) -> None:
    """The language of this person's pages and mails."""
    user = ctx.session.get(User, ctx.actor.user_id)
    if user is not None:
        user.locale = locale
