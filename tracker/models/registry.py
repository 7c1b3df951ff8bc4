"""Imports every model once, so that the metadata is complete for migrations and sessions."""

from pathlib import Path

from tracker.models import (
    assignment,
    audit,
    calendar,
    clause,
    duty,
    escalation,
    indicator,
    outbox,
    programme,
    report,
    unit,
    user,
)

MODULES = (assignment, audit, calendar, clause, duty, escalation, indicator, outbox, programme, report, unit, user)
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
