"""What every task stands in: the Flask app of this worker process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from celery.signals import worker_process_init
from flask import Flask

from tracker.app import create_app
from tracker.config import Settings

app_of_process = cache(create_app)


@contextmanager
def in_app() -> Iterator[Settings]:
    """The app context of one task; its session ends with it."""
    app: Flask = app_of_process()
    with app.app_context():
        yield app.extensions["settings"]


@worker_process_init.connect  # type: ignore[untyped-decorator]
def _fresh(**_kwargs: object) -> None:
    """A forked child must not share its parent's connections."""
    app_of_process.cache_clear()
