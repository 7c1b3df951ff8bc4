"""Flask extensions, created once and bound to an app in `create_app`."""

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from tracker.models import registry
from tracker.models.base import Base

# `registry` has imported every model, so the metadata is complete whoever imports `db` first.
db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
migrate = Migrate(directory=str(registry.MIGRATIONS))
login_manager = LoginManager()
# Sessions are rows that can be revoked; what Flask-Login would compare is the address and the browser.
login_manager.session_protection = None
csrf = CSRFProtect()
