"""The mailbox of bounces on a real IMAP server: bounded, patient for a while, and nothing marked unasked."""

from collections.abc import Iterator
from time import monotonic

import pytest

from tests.helpers.imap import Mailbox
from tests.helpers.smtp import doorkeeper
from tracker.local.process import free_port
from tracker.mail import inbox
from tracker.mail.inbox import MOST_BYTES, BadInboxUrl, InboxFailed, open_inbox, read_url


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    with Mailbox(tmp_path_factory.mktemp("imap")) as server:
        yield server


@pytest.fixture
def mailbox(server: Mailbox) -> Mailbox:
    server.empty()
    return server


def mail(name: str, body: bytes = b"x") -> bytes:
    return f"Subject: {name}\r\n\r\n".encode() + body + b"\r\n"


def test_unseen_mails_stay_unseen_until_they_are_done(mailbox: Mailbox) -> None:
    mailbox.put(mail("một"), mail("hai"), mail("ba"))
    with open_inbox(mailbox.url()) as box:
        found = list(box.unseen())
    assert [raw.split(b"\r\n")[0].decode() for _, raw in found] == ["Subject: một", "Subject: hai", "Subject: ba"]
    assert mailbox.count("INBOX", "UNSEEN") == 3
    with open_inbox(mailbox.url()) as box:
        box.done(found[1][0], ours=False)
    assert mailbox.count("INBOX", "UNSEEN") == 2
    with open_inbox(mailbox.url()) as box:
        assert [uid for uid, _ in box.unseen()] == [found[0][0], found[2][0]]


def test_only_ours_are_moved(mailbox: Mailbox) -> None:
    mailbox.put(mail("ours"), mail("a person's"))
    with open_inbox(mailbox.url("/INBOX?move_to=Returned")) as box:
        for n, (uid, _) in enumerate(box.unseen()):
            box.done(uid, ours=n == 0)
    assert (mailbox.count("INBOX"), mailbox.count("INBOX", "UNSEEN"), mailbox.count("Returned")) == (1, 0, 1)


def test_without_a_folder_nothing_is_moved(mailbox: Mailbox) -> None:
    mailbox.put(mail("ours"))
    with open_inbox(mailbox.url()) as box:
        for uid, _ in box.unseen():
            box.done(uid, ours=True)
    assert (mailbox.count("INBOX"), mailbox.count("INBOX", "UNSEEN"), mailbox.count("Returned")) == (1, 0, 0)


def test_of_a_large_mail_only_the_beginning_travels(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    travelled = []
    read = inbox.IMAP4.read
    monkeypatch.setattr(inbox.IMAP4, "read", lambda self, size: travelled.append(size) or read(self, size))
    mailbox.put(mail("lớn", b"0123456789\r\n" * 900_000))
    with open_inbox(mailbox.url()) as box:
        ((_, raw),) = box.unseen()
    assert len(raw) == MOST_BYTES
    assert travelled == [MOST_BYTES]


def test_a_run_is_bounded_in_number(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_MAILS", 2)
    mailbox.put(*(mail(str(n)) for n in range(5)))
    runs = []
    for _ in range(3):
        with open_inbox(mailbox.url()) as box:
            runs.append([int(uid) for uid, _raw in box.unseen()])
            for uid in runs[-1]:
                box.done(str(uid), ours=False)
    assert [len(run) for run in runs] == [2, 2, 1]
    assert runs == sorted(runs)  # the oldest first, none left behind


def test_a_run_is_bounded_in_time(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "WHOLE_RUN_WITHIN", -1)
    mailbox.put(mail("một"))
    with open_inbox(mailbox.url()) as box:
        assert list(box.unseen()) == []


@pytest.mark.parametrize(("scheme", "rest"), [("imaps", "/INBOX"), ("imap", "/INBOX?starttls=1")])
def test_encryption_needs_a_certificate_that_is_trusted(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, scheme: str, rest: str
) -> None:
    mailbox.put(mail("một"))
    url = mailbox.url(rest, scheme=scheme)
    with pytest.raises(InboxFailed, match="CERTIFICATE_VERIFY_FAILED"), open_inbox(url):
        pass
    monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.certificate))
    with open_inbox(url) as box:
        assert len(list(box.unseen())) == 1


def test_a_wrong_password_is_said_and_not_told(mailbox: Mailbox) -> None:
    with pytest.raises(InboxFailed) as failed, open_inbox(mailbox.url(password="bí-mật-sai".encode().hex())):
        pass
    assert "AUTHENTICATIONFAILED" in str(failed.value)
    assert "bí-mật-sai".encode().hex() not in str(failed.value)


@pytest.mark.parametrize("rest", ["/Nowhere", "/INBOX?move_to=Nowhere"])
def test_a_folder_that_is_not_there_stops_before_anything_is_marked(mailbox: Mailbox, rest: str) -> None:
    mailbox.put(mail("một"))
    with pytest.raises(InboxFailed, match="Mailbox does not exist"), open_inbox(mailbox.url(rest)):
        pass
    assert mailbox.count("INBOX", "UNSEEN") == 1


def test_nobody_there() -> None:
    with pytest.raises(InboxFailed), open_inbox(f"imap://u:p@127.0.0.1:{free_port()}"):
        pass


@pytest.mark.parametrize("greeting", [b"", b"* BYE not today\r\n", b"what?\r\n", b"* OK hello\r\n"])
def test_a_server_that_does_not_answer_is_left(greeting: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "ANSWER_WITHIN", 0.3)
    began = monotonic()
    with doorkeeper(greeting) as url, pytest.raises(InboxFailed), open_inbox(url.replace("smtp://", "imap://u:p@")):
        pass
    assert monotonic() - began < 3


@pytest.mark.parametrize(
    "url",
    [
        "",
        "imaps://",
        "imaps://mail.example.vn/INBOX",
        "imaps://user@mail.example.vn",
        "pop3://u:secret@mail.example.vn",
        "imap://u:secret@mail.example.vn",
        "imap://u:secret@mail.example.vn?starttls=1",
        "imap://u:secret@127.0.0.1.example.vn",
        "imaps://u:secret@mail.example.vn:port",
        "imaps://u:secret@mail.example.vn/INBOX?moveto=Done",
        "imaps://u:secret@mail.example.vn/INBOX?starttls=1",
        "imaps://u:secret@mail.example.vn/Tr%E1%BA%A3",
        "imaps://u:secret@mail.example.vn/INBOX?move_to=%22%0d%0aDELETE",
        "imaps://u:secret%0d%0aDELETE@mail.example.vn",
        "imaps://u%20x:secret@mail.example.vn",
        "imaps://u:secret\u1ea1@mail.example.vn",
    ],
)
def test_bad_urls(url: str) -> None:
    with pytest.raises(BadInboxUrl, match="BOUNCE_URL") as bad:
        read_url(url)
    assert "secret" not in str(bad.value)


def test_good_urls() -> None:
    place = read_url("imaps://giao-viec%40tanyen.example.vn:a%2Fb%40c@mail.example.vn/INBOX/Tra%20ve?move_to=Da+doc")
    assert (place.port, place.user, place.password) == (993, "giao-viec@tanyen.example.vn", "a/b@c")
    assert (place.folder, place.move_to) == ("INBOX/Tra ve", "Da doc")
    assert read_url("imap://u:p@localhost").folder == "INBOX"
    assert read_url("imap://u:p@[::1]").port == 143
    assert "secret" not in repr(read_url("imaps://u:secret@mail.example.vn"))
