"""Imports every model once, so that the metadata is complete for migrations and sessions."""

from pathlib import Path

from tracker.models import (
    api_token,
    assignment,
    audit,
    budget,
    calendar,
    calendar_feed,
    chase,
    chat,
    clause,
    comment,
    coordination,
    cycle,
    delegation,
    duty,
    escalation,
    evidence,
    explanation,
    extension,
    figure,
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
    api_token, assignment, audit, budget, calendar, calendar_feed, chase, chat, clause, comment, coordination,
    cycle, delegation, duty, escalation, evidence, explanation, extension, figure, form, history, indicator, mail_link,
    opening, outbox, programme, promise, report, saved_filter, search, tally, unit, user,
)  # fmt: skip
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
