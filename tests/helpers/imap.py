"""A real IMAP server (pymap, in memory) in a thread, with TLS by a certificate made for it."""

import asyncio
import imaplib
import ssl
import threading
from argparse import Namespace
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

USER, PASSWORD = "giao-viec@tanyen.example.vn", 'a "pass" @/?\\%'


class Mailbox:
    """INBOX and Returned, on one port in the clear (and STARTTLS) and one for IMAPS; clients trust `certificate`."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "imap.pem"
        self._key = folder / "imap.key"
        _make_certificate(self.certificate, self._key)
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def __enter__(self) -> "Mailbox":
        self._thread.start()
        assert self._ready.wait(10)
        with self.client() as client:
            client.create("Returned")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    def url(self, rest: str = "/INBOX", *, scheme: str = "imap", password: str = PASSWORD) -> str:
        port = self.secure_port if scheme == "imaps" else self.port
        return f"{scheme}://{quote(USER, safe='')}:{quote(password, safe='')}@127.0.0.1:{port}{rest}"

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(USER, PASSWORD)
        return client

    def empty(self) -> None:
        with self.client() as client:
            for folder in ("INBOX", "Returned"):
                client.select(folder)
                client.store("1:*", "+FLAGS", r"(\Deleted)")
                client.expunge()

    def put(self, *mails: bytes) -> None:
        with self.client() as client:
            for mail in mails:
                client.append("INBOX", "", "", mail)  # it makes CRLF of every line break

    def count(self, folder: str, what: str = "ALL") -> int:
        with self.client() as client:
            client.select(folder, readonly=True)
            return len((client.search(None, what)[1][0] or b"").split())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self._key)
        args = Namespace(
            debug=False, host=None, port="0", cert=str(self.certificate), key=str(self._key), tls=True,
            proxy_protocol=None, passlib_cfg=None, demo_data=False, demo_user=USER, demo_password=PASSWORD,
        )  # fmt: skip
        backend, config = await DictBackend.init(args, secure_auth=False)
        config.apply_context()
        greet = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        async with AsyncExitStack() as stack:
            await backend.start(stack)
            clear = await stack.enter_async_context(await asyncio.start_server(greet, "127.0.0.1", 0))
            secure = await stack.enter_async_context(await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context))
            self.port, self.secure_port = (one.sockets[0].getsockname()[1] for one in (clear, secure))
            self._ready.set()
            await self._stop.wait()


def _make_certificate(certificate: Path, key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
