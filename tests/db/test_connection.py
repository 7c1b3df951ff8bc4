"""What the server has prepared outlives the end of a page."""

from flask import Flask

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


def test_what_was_written_is_undone(app: Flask) -> None:
    with app.app_context():
        sql = db.session.connection().exec_driver_sql
        before = sql("SELECT count(*) FROM day_overrides").scalar_one()
        assert sql("DELETE FROM day_overrides").rowcount == before > 0
        db.session.rollback()
        assert db.session.connection().exec_driver_sql("SELECT count(*) FROM day_overrides").scalar_one() == before
