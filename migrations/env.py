"""Alembic's environment: runs inside the app context that Flask-Migrate gives, or on a connection handed in."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from tracker.models.base import Base

config = context.config


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        # Two starts at once must not both migrate.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(6210711)")
        context.run_migrations()


handed_in = config.attributes.get("connection")
if handed_in is not None:
    run(handed_in)
else:
    with current_app.extensions["sqlalchemy"].engine.connect() as own:
        run(own)
