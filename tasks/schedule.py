"""What beat wakes, and how often (seconds). Two beats at once are harmless: every job finds its work in rows."""

from typing import Any

# A wake-up that nobody took before the next one is worth nothing.
SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep": {"task": "tasks.escalation.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "deliver-mail": {"task": "tasks.mail.deliver", "schedule": 15.0, "options": {"expires": 14}},
    "build-reports": {"task": "tasks.report.build", "schedule": 15.0, "options": {"expires": 14}},
}
