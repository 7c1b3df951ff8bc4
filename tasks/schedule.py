"""What beat wakes, and how often (seconds). Two beats at once are harmless: every job finds its work in rows."""

from typing import Any

# A wake-up that nobody took for so long is worth nothing. Less would make clocks that differ by seconds lose them all.
HOUR = {"expires": 3600}

SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "tasks.escalation.sweep", "schedule": 60.0, "options": HOUR},
    "audit-escalations": {"task": "tasks.escalation.audit", "schedule": 1800.0, "options": HOUR},
    "deliver-mail": {"task": "tasks.mail.deliver", "schedule": 5.0, "options": HOUR},
    "fold-counters": {"task": "tasks.tally.fold", "schedule": 60.0, "options": HOUR},
    "build-reports": {"task": "tasks.report.build", "schedule": 5.0, "options": HOUR},
    "tidy-evidence": {"task": "tasks.evidence.tidy", "schedule": 3600.0, "options": HOUR},
}

# Only where BOUNCE_URL names a mailbox.
BOUNCES: dict[str, dict[str, Any]] = {
    "collect-bounces": {"task": "tasks.bounce.collect", "schedule": 120.0, "options": HOUR},
}
