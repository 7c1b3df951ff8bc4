"""The real units and programme, sample people in every unit, and the assignments of 2026."""

from datetime import datetime

from tracker.config import ROOT, Settings
from tracker.importing.programme import parse
from tracker.importing.reader import read_document, read_table
from tracker.importing.units import read_units
from tracker.models.calendar import DayOverride
from tracker.models.unit import UnitKind
from tracker.rules.calendar import LOCAL, SHIPPED_NOTES, SHIPPED_OVERRIDES
from tracker.services.context import Context
from tracker.services.demo import make_people
from tracker.services.opening import open_year
from tracker.services.programme import import_programme
from tracker.services.unit import import_units

DATA = ROOT / "tracker" / "data" / "tan-yen"
YEAR = 2026
# A working Monday morning long before anything is due.
AT = datetime(2026, 1, 5, 9, 0, tzinfo=LOCAL)


def make_settings(database_url: str, redis_url: str, mail_url: str, **more: object) -> Settings:
    values: dict[str, object] = {
        "secret_key": "test" * 10,
        "database_url": database_url,
        "redis_url": redis_url,
        "mail_url": mail_url,
        **({"evidence_url": f"{mail_url}-evidence"} if mail_url.startswith("file:") else {}),
        "secure_cookies": False,
        "development": True,
        "log_level": "ERROR",
        **more,
    }
    return Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type]


def build_world(ctx: Context) -> None:
    for day, is_working in SHIPPED_OVERRIDES.items():
        ctx.session.add(DayOverride(day=day, is_working=is_working, note=SHIPPED_NOTES[day]))
    ctx.session.flush()
    import_units(ctx, read_units(read_table(DATA / "units.csv"), frozenset(UnitKind)))
    source = read_document(DATA / "programme.md")
    programme = import_programme(ctx, parse(source), source).programme
    make_people(ctx)
    open_year(ctx, programme, YEAR, told=False)
