"""What beat wakes, and how often (seconds). Two beats at once are harmless: every job finds its work in rows."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "tasks.escalation.sweep", "schedule": 60.0},
    "audit-escalations": {"task": "tasks.escalation.audit", "schedule": 1800.0},
    "deliver-mail": {"task": "tasks.mail.deliver", "schedule": 5.0},
    "fold-counters": {"task": "tasks.tally.fold", "schedule": 60.0},
    "build-reports": {"task": "tasks.report.build", "schedule": 5.0},
    "open-periods": {"task": "tasks.opening.roll_over", "schedule": 300.0},
    "open-cycles": {"task": "tasks.cycle.open_due", "schedule": 300.0},
    "tidy-evidence": {"task": "tasks.evidence.tidy", "schedule": 3600.0},
}

# Only where BOUNCE_URL names a mailbox.
BOUNCES: dict[str, dict[str, Any]] = {
    "collect-bounces": {"task": "tasks.bounce.collect", "schedule": 120.0},
}
