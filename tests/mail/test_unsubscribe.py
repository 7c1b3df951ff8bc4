"""The signed link of List-Unsubscribe, and the headers that carry it."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from tracker.mail.link import key_of
from tracker.mail.message import Letter, build
from tracker.mail.unsubscribe import genuine, mail_of, token_of, url_of

KEY, MAIL = key_of("k" * 40), "<1@example.vn>"
LETTER = Letter(
    MAIL, "a@example.vn", "b@example.vn", "B", "Nhắc việc", "x", "<p>x</p>", datetime(2026, 1, 5, tzinfo=UTC)
)


def test_key_mail_and_number_are_all_needed() -> None:
    token = token_of(KEY, 7, MAIL)
    assert mail_of(token) == 7
    assert genuine(token, KEY, 7, MAIL)
    assert not genuine(token, key_of("l" * 40), 7, MAIL)
    assert not genuine(token, KEY, 7, "<2@example.vn>")
    assert not genuine(token.replace("7-", "8-", 1), KEY, 8, MAIL)


@pytest.mark.parametrize(
    "token", ["", "7", "7-", "-" + "a" * 43, "07-" + "a" * 43, "7-" + "ă" * 43, "9999999999-" + "a" * 43]
)
def test_nonsense_names_no_mail(token: str) -> None:
    assert mail_of(token) is None


def test_headers_as_the_rfcs_have_them() -> None:
    url = url_of("https://giaoviec.example.vn", token_of(KEY, 7, MAIL))
    letter = message_from_bytes(build(replace(LETTER, unsubscribe=url)), policy=policy.SMTP)
    assert letter["List-Unsubscribe"] == f"<{url}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"


def test_what_cannot_be_muted_has_none() -> None:
    letter = message_from_bytes(build(LETTER), policy=policy.SMTP)
    assert letter["List-Unsubscribe"] is None
    assert letter["List-Unsubscribe-Post"] is None


def test_a_site_whose_name_no_header_can_hold_still_sends() -> None:
    assert url_of("https://việc.vn", "x") == ""
