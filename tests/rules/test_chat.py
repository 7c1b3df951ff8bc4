"""Who may store which address."""

import pytest

from tracker.rules.chat import LONGEST, check_address, scheme_of
from tracker.rules.errors import Invalid

ALLOWED = {"tgram", "slack"}


@pytest.mark.parametrize(
    ("address", "scheme"),
    [
        ("tgram://123:abc/45", "tgram"), ("TGram://x", "tgram"), ("tgram:/x", ""), ("tgram://", ""), ("", ""),
        ("tgram://a b", ""), (" tgram://a", ""), ("tgram://a\njson://b", ""), ("tgram://a\x00", ""), ("a,b://c", ""),
    ],
)  # fmt: skip
def test_scheme(address: str, scheme: str) -> None:
    assert scheme_of(address) == scheme


def test_people_store_what_is_allowed_and_administrators_anything() -> None:
    assert check_address("tgram://123:abc/45", ALLOWED, by_admin=False) == "tgram"
    for address in ("json://127.0.0.1/", "JSON://10.0.0.1/", "jsons://x", "mailto://a:b@c.vn", "syslog://x"):
        with pytest.raises(Invalid):
            check_address(address, ALLOWED, by_admin=False)
        assert check_address(address, ALLOWED, by_admin=True)


@pytest.mark.parametrize("address", ["slack://a/b/c?template=/etc/passwd", "tgram://a/b#x", "tgram://" + "a" * LONGEST])
def test_nothing_tells_the_sender_what_to_do(address: str) -> None:
    with pytest.raises(Invalid):
        check_address(address, ALLOWED, by_admin=False)


def test_a_refusal_repeats_nothing_of_the_address() -> None:
    with pytest.raises(Invalid) as refused:
        check_address("json://matkhau:token@10.0.0.1/", ALLOWED, by_admin=False)
    assert "matkhau" not in str(refused.value)
