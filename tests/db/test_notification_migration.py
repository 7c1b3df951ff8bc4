"""From mails as they were before people saw them in the product, and back."""

import psycopg
from flask_migrate import downgrade, upgrade

from tests.helpers.world import make_settings
from tracker.app import create_app
from tracker.extensions import db

MAIL = """
    INSERT INTO outbox (kind, dedupe_key, message_id, recipient_id, to_address, to_name, subject, text_body, html_body,
        state, channel, read_at)
    SELECT 'x', %(key)s, %(key)s, id, 'x', 'x', 'x', 'x', 'x', %(state)s, %(channel)s, NULL FROM users LIMIT 1
    RETURNING id
"""


def test_nothing_of_before_is_news_and_nothing_is_sent_after_all(database_url: str) -> None:
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        for key, state, channel in (("a", "muted", "mail"), ("b", "unaddressed", "mail"), ("c", "failed", "chat")):
            (mail_id,) = connection.execute(MAIL, {"key": key, "state": state, "channel": channel}).fetchone() or ()
            connection.execute(
                "INSERT INTO mail_tries (outbox_id, at, answer, detail) VALUES (%s, now(), 'failed', 'x')", (mail_id,)
            )
        with app.app_context():
            downgrade(revision="0013")
        left = connection.execute("SELECT dedupe_key, state FROM outbox ORDER BY id").fetchall()
        assert left == [("a", "skipped"), ("b", "skipped")]
        with app.app_context():
            upgrade()
            db.engine.dispose()
        rows = connection.execute("SELECT channel, read_at IS NOT NULL FROM outbox").fetchall()
        assert rows == [("mail", True)] * 2
        connection.execute(MAIL, {"key": "d", "state": "queued", "channel": "mail"})
        news = connection.execute("SELECT dedupe_key FROM outbox WHERE read_at IS NULL").fetchall()
        assert news == [("d",)]
