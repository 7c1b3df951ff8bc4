"""Two letters of one unit come back at the same moment: nobody waits in a circle."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.helpers.links import KEY
from tests.helpers.stack import until
from tests.helpers.world import AT
from tracker.mail.bounce import Action, Bounce
from tracker.models.user import User
from tracker.rules.permissions import SYSTEM
from tracker.services import bounce
from tracker.services.context import Context

HEAD, OTHER = "truong.p-yte", "canbo.p-yte"
LETTER = text("""
    INSERT INTO outbox (kind, to_address, to_name, subject, text_body, html_body, not_before, created_at, dedupe_key,
        message_id, state, sent_at, recipient_id, assignment_id, programme_ids)
    SELECT :kind, u.email, u.name, 'x', 'x', 'x', :at, :at, u.login, u.login, 'sent', :at, u.id, a.id,
        ARRAY[a.programme_id]
    FROM users AS u, assignments AS a WHERE u.login = :login AND a.lead_unit_id = (
        SELECT unit_id FROM posts WHERE user_id = u.id) ORDER BY a.id LIMIT 1
""")


@pytest.mark.parametrize("role", ["officer", "deputy"])
@pytest.mark.parametrize("kind", ["digest", "returned"])
def test_nobody_waits_in_a_circle(database_url: str, monkeypatch: pytest.MonkeyPatch, role: str, kind: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    with Session(engine) as session:
        own = "(SELECT id FROM users WHERE login = :login)"
        session.execute(text(f"UPDATE posts SET role = :role WHERE user_id = {own}"), {"role": role, "login": OTHER})
        for login, what in ((HEAD, kind), (OTHER, "returned")):
            session.execute(LETTER, {"login": login, "kind": what, "at": AT})
        addresses = {login: session.query(User.email).filter(User.login == login).scalar() for login in (HEAD, OTHER)}
        session.commit()
    both, held = Barrier(2, timeout=20), bounce.hold

    def hold_and_wait(session: Session, user_id: int) -> User | None:
        """Until the other holds theirs too; then the head lets the other go first."""
        person = held(session, user_id)
        both.wait()
        if person and person.login == HEAD:
            until(lambda: bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))), 0.5)
        return person

    monkeypatch.setattr(bounce, "hold", hold_and_wait)

    def come_back(login: str) -> bool:
        with Session(engine) as session:
            ctx = Context(session, SYSTEM, AT, "test", "http://test", "giao-viec@example.vn", link_key=KEY)
            gone = Bounce(login, login, addresses[login], Action.FAILED, "5.1.1", "550 5.1.1 User unknown")
            known = bounce.record_bounce(ctx, gone)
            session.commit()
            return known

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(come_back, [HEAD, OTHER], timeout=60)) == [True, True]
    with Session(engine) as session:
        dead = session.scalar(text("SELECT count(*) FROM users WHERE dead_email = email"))
        assert dead == 2
