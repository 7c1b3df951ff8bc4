"""Tokens that are never stored: they come from the key, the mail and the nonce, and from nothing less."""

from tracker.mail.link import fill, hash_of, key_of, mask, new_nonce, token_of

KEY, MAIL = key_of("k" * 40), "<1@example.vn>"
NONCE = new_nonce()
BODY = f'Trả lời: http://x.test/act/~{NONCE}\n<a href="http://x.test/act/~{NONCE}">ngay</a>'


def test_a_body_travels_with_the_token_and_is_stored_without() -> None:
    token = token_of(KEY, MAIL, NONCE)
    assert len(token) == 43
    sent = fill(BODY, KEY, MAIL)
    assert sent.count(f"/act/{token}") == 2
    assert NONCE not in sent
    assert fill(BODY, KEY, MAIL) == sent  # every try and every resend carries the same
    assert token not in BODY
    assert NONCE not in mask(BODY)
    assert mask(BODY).count("/act/…") == 2


def test_key_mail_and_nonce_are_all_needed() -> None:
    tokens = {
        token_of(KEY, MAIL, NONCE),
        token_of(key_of("l" * 40), MAIL, NONCE),
        token_of(KEY, "<2@example.vn>", NONCE),
        token_of(KEY, MAIL, new_nonce()),
    }
    assert len(tokens) == len({hash_of(token) for token in tokens}) == 4
    assert NONCE not in tokens


def test_nonces_do_not_repeat() -> None:
    assert len({new_nonce() for _ in range(1_000)}) == 1_000


def test_what_looks_like_a_nonce_but_is_none_stays() -> None:
    for text in ("/act/~short", "/act/x", f"/acts/~{NONCE}", "~" + NONCE):
        assert fill(text, KEY, MAIL) == text
    assert hash_of("\ud800") == hash_of("\ud800")  # what an address may hold
