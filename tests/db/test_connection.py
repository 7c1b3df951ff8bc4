"""What the server has prepared outlives the end of a page."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from tracker.extensions import db


def test_a_page_that_only_read_forgets_nothing(app: Flask) -> None:
    with app.app_context():
        for _ in range(8):  # psycopg prepares what it has sent five times
            db.session.connection().exec_driver_sql("SELECT 'asked again'")
            db.session.rollback()
        kept = db.session.connection().exec_driver_sql(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement = $$SELECT 'asked again'$$"
        )
        assert kept.scalar_one() == 1


def test_a_statement_that_another_shape_of_the_table_broke_mends_itself(app: Flask, database_url: str) -> None:
    ask = "SELECT * FROM day_overrides"
    with app.app_context():
        for _ in range(8):
            db.session.connection().exec_driver_sql(ask)
            db.session.rollback()
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("ALTER TABLE day_overrides ADD COLUMN more integer")
        with pytest.raises(DBAPIError, match="cached plan"):
            db.session.connection().exec_driver_sql(ask)
        db.session.rollback()
        assert "more" in set(db.session.connection().exec_driver_sql(ask).keys())


def test_what_was_written_is_undone(app: Flask) -> None:
    with app.app_context():
        sql = db.session.connection().exec_driver_sql
        before = sql("SELECT count(*) FROM day_overrides").scalar_one()
        assert sql("DELETE FROM day_overrides").rowcount == before > 0
        db.session.rollback()
        assert db.session.connection().exec_driver_sql("SELECT count(*) FROM day_overrides").scalar_one() == before
