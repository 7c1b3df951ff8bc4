"""The short form of `python -m tests.faults smtp`."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.faults.smtp import KINDS, Found, Trouble


@pytest.mark.parametrize(("what", "happens", "wanted"), KINDS, ids=[name for name, *_ in KINDS])
def test_a_mail_server_that_misbehaves(
    app: Flask,
    database_url: str,
    what: str,
    happens: Callable[[Trouble, int], Found],
    wanted: Callable[[int], str],
) -> None:
    assert str(happens(Trouble(app, database_url), 20)) == wanted(20), what
