"""The embedded Valkey: a password, and an append-only file that outlives kill -9."""

from pathlib import Path

import psutil
import pytest
import redis

from tracker.local.valkey import ValkeyServer


def test_it_asks_for_the_password_and_keeps_what_was_queued(tmp_path: Path) -> None:
    server = ValkeyServer(tmp_path / "hàng đợi", tmp_path / "valkey.log", "secret", persistent=True)
    server.start()
    try:
        with redis.Redis(port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        assert server.process is not None
        assert "secret" not in " ".join(psutil.Process(server.process.pid).cmdline())
        assert (server.folder / "valkey.conf").stat().st_mode & 0o077 == 0
        with redis.Redis.from_url(server.url()) as client:
            client.rpush("celery", "wake")
            client.waitaof(1, 0, 5000)  # type: ignore[no-untyped-call]
        server.process.kill()
        server.process.wait()
        port = server.port
        server.start()
        assert server.port == port
        with redis.Redis.from_url(server.url()) as client:
            assert client.llen("celery") == 1
    finally:
        server.stop()
