"""Tests on the code base itself."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader

from tasks.schedule import BOUNCES, SCHEDULE
from tracker.config import ROOT, Settings
from tracker.mail.render import LETTERS, SUBJECTS
from tracker.models.coordination import CoordinationState
from tracker.models.explanation import ExplanationState
from tracker.models.extension import ExtensionState
from tracker.models.outbox import MailState
from tracker.rules.ladder import LadderRole
from tracker.rules.notification import TOPIC_OF, Topic
from tracker.rules.permissions import Permission
from tracker.rules.register import Result
from tracker.rules.right_words import PARTIES, PERMISSIONS
from tracker.rules.words import (
    ACTIONS,
    BULK,
    COORDINATION_STATES,
    EXPLANATION_STATES,
    EXTENSION_STATES,
    LADDER_ROLES,
    MAIL_KINDS,
    MAIL_STATES,
    REGISTER_RESULTS,
    STATES,
    TOPICS_MUTABLE,
)
from tracker.rules.workflow import Action, Party, State
from tracker.services.bulk import Bulk

FILES = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
SOURCES = [
    ROOT / name for name in FILES if name.endswith((".py", ".html", ".txt", ".md", ".yml", ".toml", ".css", ".js"))
]
SOURCES = [path for path in SOURCES if path.exists() and "vendor" not in path.parts]


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): n
        for path in SOURCES
        if path.suffix == ".py" and "migrations" not in path.parts and (n := len(path.read_text().splitlines())) > 320
    }
    assert long == {}


def test_the_project_speaks_of_itself_alone() -> None:
    secret = re.compile(r"(?<!\w)/" + r"work/|/roo" + r"t/|\.lib" + r"rary/", re.IGNORECASE)
    told = {str(path) for path in SOURCES if path != Path(__file__) and secret.search(path.read_text())}
    assert {name for name in told if not name.endswith("postgres.py") and not name.endswith("placement.py")} == set()


def test_env_example_lists_every_setting() -> None:
    listed = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_every_template_parses() -> None:
    for folder in ("templates", "templates/email"):
        environment = Environment(loader=FileSystemLoader(ROOT / folder), extensions=["jinja2.ext.i18n"])
        for path in (ROOT / folder).rglob("*.*"):
            environment.parse(path.read_text())


def test_beat_wakes_only_tasks_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"SECRET_KEY": "x" * 40, "DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://x"}
    settings["MAIL_URL"] = "file:///x"
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    celery_app = import_module("tasks.celery_app").app
    celery_app.loader.import_default_modules()
    assert {entry["task"] for entry in (SCHEDULE | BOUNCES).values()} == {
        name for name in celery_app.tasks if name.startswith("tasks.")
    }


def test_every_value_has_its_word() -> None:
    assert set(STATES) == set(State)
    assert set(ACTIONS) == {*Action, "note"}
    assert {*ACTIONS, *PERMISSIONS} == set(Permission)
    assert set(PARTIES) == set(Party)
    assert set(BULK) == set(Bulk)
    assert set(COORDINATION_STATES) == set(CoordinationState)
    assert set(EXTENSION_STATES) == set(ExtensionState)
    assert set(EXPLANATION_STATES) == set(ExplanationState)
    assert set(LADDER_ROLES) == set(LadderRole)
    assert set(MAIL_STATES) == set(MailState)
    assert set(MAIL_KINDS) == {"digest", "leader", "fallback", "opened", "chat_joined", *SUBJECTS, *LETTERS}
    assert set(TOPICS_MUTABLE) == set(Topic)
    assert set(TOPIC_OF) < set(MAIL_KINDS)
    assert set(REGISTER_RESULTS) == set(Result)
    assert set(Action) <= set(Permission)


def test_english_is_complete() -> None:
    with (ROOT / "tracker/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file)
    missing = [message.id for message in catalogue if message.id and (not message.string or message.fuzzy)]
    assert missing == []


def test_every_text_of_the_templates_is_in_the_catalogue() -> None:
    with (ROOT / "tracker/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        known = {message.id for message in read_po(file) if message.id}
    environment = Environment(extensions=["jinja2.ext.i18n"])
    used = {
        str(text[0] if isinstance(text, tuple) else text)
        for path in (ROOT / "templates").rglob("*.*")
        for _line, _function, text in environment.extract_translations(path.read_text())  # type: ignore[attr-defined]
    }
    assert {text for text in used if text != "None"} - known == set()


def test_nothing_but_its_own_process_loads_apprise() -> None:
    """Its import is slow, and what it knows of services is not for whoever serves pages or sends mail."""
    loaded = "import sys, tracker.app, tracker.cli.main, tasks.mail; sys.exit('apprise' in sys.modules)"
    environment = {"SECRET_KEY": "x" * 40, "DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://x"}
    environment |= {"MAIL_URL": "file:///x", "PATH": "/usr/bin:/bin"}
    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, env=environment, check=False).returncode == 0


@pytest.fixture(scope="module")
def compose() -> dict[str, dict[str, dict[str, object]]]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())  # type: ignore[no-any-return]


def test_compose_file(compose: dict[str, dict[str, dict[str, object]]]) -> None:
    services = compose["services"]
    assert {"web", "worker", "beat", "postgres", "valkey", "mail", "migrate"} == set(services)
    for name, service in services.items():
        assert name == "migrate" or "healthcheck" in service, name
        for key, value in dict(service.get("environment") or {}).items():  # type: ignore[call-overload]
            if re.search("SECRET|PASSWORD", key):
                assert ":?" in str(value), f"{name}.{key} has a default"
    assert "volumes" in compose
    names = {name.upper() for name in Settings.model_fields}
    assert set(services["web"]["environment"]) <= names  # type: ignore[call-overload]


# Imports what a running system imports, with every package hidden that `make run` does not install.
IMPORT = """
import sys
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions
locked = set(sys.argv[1].split())
hidden = {name for name, owners in packages_distributions().items()
    if not {owner.lower().replace("_", "-").replace(".", "-") for owner in owners} & locked}
class Hide(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
import kombu.transport.redis, tracker.app, tracker.cli.main, tasks.base, tracker.mail.chat_child
"""


def test_what_runs_is_locked_for_runs() -> None:
    """Test tools bring packages that a user's machine does not have."""
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    names = " ".join([*locked, "giao-viec"])
    done = subprocess.run([sys.executable, "-c", IMPORT, names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-600:]
