"""The hook for bounces: only with its secret, the same as the mailbox, once however often it is posted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.helpers.world import make_settings
from tests.tasks.test_bounce import example, left, standing
from tracker.acting import acting
from tracker.app import create_app
from tracker.config import BadSettings, load_settings
from tracker.extensions import db
from tracker.mail.bounce import MOST_BYTES
from tracker.web.hooks import MOST_SENT
from tracker.web.limits import A_MINUTE

TOKEN = "bi-mat-cua-may-chu-thu-" + "x" * 20
KEY = {"Authorization": f"Bearer {TOKEN}"}
MAIL = "message/rfc822"


@pytest.fixture
def hooked(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    mail = (tmp_path / "mail").as_uri()
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", mail, bounce_token=TOKEN))
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture
def message_id(hooked: Flask) -> str:
    with acting() as ctx:
        return left(ctx).message_id


def post(app: Flask, raw: bytes, headers: dict[str, str] = KEY, kind: str = MAIL) -> tuple[int, object]:
    answer = app.test_client().post("/hooks/bounces", data=raw, headers=headers, content_type=kind)
    return answer.status_code, (answer.json or {}).get("ours") if answer.is_json else None


def test_where_it_is_not_set_up_there_is_nothing(app: Flask) -> None:
    assert post(app, b"x") == (404, None)
    assert post(app, b"x", {"Authorization": "Bearer "}) == (404, None)


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer sai", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xe9\xe8", TOKEN]
)
def test_without_the_secret_nothing(hooked: Flask, message_id: str, given: str) -> None:
    headers = {"Authorization": given} if given else {}
    assert post(hooked, example("postfix-unknown-user", message_id), headers)[0] == 401
    assert standing(message_id) == ("sent", 0, False)


def test_a_notification_settles_the_mail_once(hooked: Flask, message_id: str) -> None:
    raw = example("postfix-unknown-user", message_id)
    for _ in range(3):
        assert post(hooked, raw) == (200, True)
        assert standing(message_id) == ("bounced", 1, True)


def test_the_parts_alone(hooked: Flask, message_id: str) -> None:
    """As multipart/report, with the boundary among the headers of the request."""
    head, _, body = example("postfix-unknown-user", message_id).replace(b"\r\n", b"\n").partition(b"\n\n")
    boundary = head.partition(b'boundary="')[2].partition(b'"')[0].decode()
    kind = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    for _ in range(2):
        assert post(hooked, body, kind=kind) == (200, True)
        assert standing(message_id) == ("bounced", 1, True)


def test_what_is_none_of_ours_changes_nothing(hooked: Flask, message_id: str) -> None:
    for raw in (example("postfix-unknown-user", "<of.somebody@else.vn>"), example("not-out-of-office", message_id), b"",
                b"\x00\xff" * 5_000):  # fmt: skip
        assert post(hooked, raw) == (200, False)
    assert post(hooked, b"{}", kind="application/json")[0] == 415
    assert standing(message_id) == ("sent", 0, False)


def test_size(hooked: Flask, message_id: str) -> None:
    raw = example("postfix-unknown-user", message_id)
    assert post(hooked, raw + b"x" * (MOST_SENT - len(raw) + 1))[0] == 413
    assert standing(message_id) == ("sent", 0, False)
    # What a server returns of the letter may be long; only the beginning is looked at.
    assert post(hooked, raw + b"x" * (2 * MOST_BYTES)) == (200, True)


def test_it_is_limited(hooked: Flask) -> None:
    """Also for whoever guesses."""
    answers = [post(hooked, b"", {})[0] for _ in range(A_MINUTE["hooks.bounces"] + 1)]
    assert (set(answers[:-1]), answers[-1]) == ({401}, 429)


def test_a_short_secret_is_refused() -> None:
    values = {"SECRET_KEY": "x" * 40, "DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://x"}
    with pytest.raises(BadSettings, match="BOUNCE_TOKEN"):
        load_settings({**values, "MAIL_URL": "file:///x", "BOUNCE_TOKEN": "ngan"})
