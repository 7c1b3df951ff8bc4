"""The Flask application: settings in, extensions bound, pages registered."""

from flask import Flask
from sqlalchemy import event

from tracker.config import ROOT, Settings, load_settings
from tracker.extensions import csrf, db, login_manager, migrate
from tracker.logs import configure_logs
from tracker.queue import Nudger
from tracker.store.connection import connect
from tracker.store.outage import refuse_dead
from tracker.web import uploads
from tracker.web.site import register
from tracker.web.templates import Templates


def create_app(settings: Settings | None = None) -> Flask:
    """Raises BadSettings when a setting is missing or wrong."""
    settings = settings or load_settings()
    configure_logs(settings.log_level)
    app = Flask("tracker", root_path=str(ROOT / "tracker"), template_folder=str(ROOT / "templates"))
    app.jinja_environment = Templates
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_events": [(refuse_dead, "checkout")],
            "pool_size": 8,
            "max_overflow": 8,
            # A plan that fits every date and unit fits none at a million rows; compiling takes longer than running.
            # A page of the disk that is read by an index is nearly always in memory, or on a disk without moving parts.
            "connect_args": {
                "options": "-c jit=off -c random_page_cost=1.1",
                "connect_timeout": 5,
                "keepalives_idle": 30,
            },
        },
        SESSION_COOKIE_NAME="__Host-giaoviec" if settings.secure_cookies else "giaoviec",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=2_000_000,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["settings"] = settings
    app.extensions["nudger"] = Nudger(settings.redis_url)
    db.init_app(app)
    with app.app_context():
        event.listen(db.engine, "do_connect", connect)
    migrate.init_app(app, db)
    uploads.register(app)  # before what reads forms
    csrf.init_app(app)
    login_manager.init_app(app)
    register(app)
    return app
