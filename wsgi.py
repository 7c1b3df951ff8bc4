"""The application for gunicorn: `gunicorn wsgi:app`."""

import gc

from tracker.app import create_app

app = create_app()
# What is loaded now stays: the collector need not look through it again in the middle of a page.
gc.freeze()
