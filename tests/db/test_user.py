"""A new person: may sign in once, with a post in a unit; what cannot be is said by its field."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.errors import Invalid
from tracker.services.context import Context
from tracker.services.user import add_user


def added(ctx: Context, login: str = " Pho.P-YTE ", **more: object) -> User:
    values = {
        "name": " Phó Trưởng phòng ", "email": "pho.p-yte@example.vn", "password": "Ngay-dau-2026!",
        "unit_code": "p-yte", "role": "deputy", "is_admin": False, "is_auditor": False, "valid_from": ctx.today, **more,
    }  # fmt: skip
    return add_user(ctx, login, **values)  # type: ignore[arg-type]


def test_a_person_with_a_post(session: Session, act: Act) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == "p-yte")).one()
    before = unit.heads
    person = added(act("quantri"))
    session.flush()
    session.refresh(unit)
    assert (person.login, person.name, person.must_change_password) == ("pho.p-yte", "Phó Trưởng phòng", True)
    assert [(post.unit_id, post.role) for post in person.posts] == [(unit.id, "deputy")]
    assert unit.heads == before + 1


@pytest.mark.parametrize("typed", ["", "  ", None])
def test_no_address_is_none(session: Session, act: Act, typed: str | None) -> None:
    person = added(act("quantri"), email=typed)
    assert (person.email, person.reachable) == (None, False)


@pytest.mark.parametrize(
    ("login", "more", "field"),
    [("truong.p-yte", {}, "login"), (" ", {}, "login"), ("moi", {"unit_code": "khong-co"}, "unit"),
     ("moi", {"password": "123"}, "new")],
)  # fmt: skip
def test_what_cannot_be(session: Session, act: Act, login: str, more: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        added(act("quantri"), login, **more)
    assert refused.value.field == field
