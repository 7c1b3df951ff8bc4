"""Imports every model once, so that the metadata is complete for migrations and sessions."""

from pathlib import Path

from tracker.models import (
    assignment,
    audit,
    calendar,
    calendar_feed,
    chase,
    chat,
    clause,
    comment,
    coordination,
    delegation,
    duty,
    escalation,
    evidence,
    explanation,
    extension,
    form,
    history,
    indicator,
    mail_link,
    opening,
    outbox,
    programme,
    promise,
    report,
    saved_filter,
    search,
    tally,
    unit,
    user,
)

MODULES = (
    assignment, audit, calendar, calendar_feed, chase, chat, clause, comment, coordination, delegation, duty,
    escalation, evidence, explanation, extension, form, history, indicator, mail_link, opening, outbox, programme,
    promise, report, saved_filter, search, tally, unit, user,
)  # fmt: skip
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
