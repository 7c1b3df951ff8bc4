"""What people are told of, sorted by what they may choose: by mail too, or only in the product."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from tracker.rules.ladder import OF_UNIT, LadderRole


class Topic(StrEnum):
    """What somebody may switch off at once. Muting changes the channel, never what is shown in the product."""

    REMINDER = "reminder"
    WORK = "work"
    OFFICE = "office"
    HELP = "help"
    EXTENSION = "extension"
    TALK = "talk"
    ABSENCE = "absence"


# Kind of mail → its topic. Named one by one: a kind that is not here (a chase, a demand to explain, what takes the
# place of a lost mail, the receipt of an answer without a password, a password one day) cannot be muted.
TOPIC_OF = {
    "assigned": Topic.WORK,
    "opened": Topic.WORK,
    "returned": Topic.WORK,
    "confirmed": Topic.WORK,
    "handed_on": Topic.WORK,
    "submitted": Topic.OFFICE,
    "declined": Topic.OFFICE,
    "answer_told": Topic.OFFICE,
    "explanation_answered": Topic.OFFICE,
    "contribution_asked": Topic.HELP,
    "contributed": Topic.HELP,
    "extension_asked": Topic.EXTENSION,
    "extension_granted": Topic.EXTENSION,
    "extension_undone": Topic.EXTENSION,
    "extension_refused": Topic.EXTENSION,
    "extension_proposed": Topic.EXTENSION,
    "extension_accepted": Topic.EXTENSION,
    "extension_rejected": Topic.EXTENSION,
    "mentioned": Topic.TALK,
    "commented": Topic.TALK,
    "delegation": Topic.ABSENCE,
    "delegation_ended": Topic.ABSENCE,
}


def is_own_reminder(role: LadderRole, told_as: LadderRole, due_on: date, today: date, *, promised: bool) -> bool:
    """Whether a line of a digest only reminds somebody of their own work that is not due yet.

    From the due day on, and whenever somebody is told of the work, the silence or the promise of others, it is an
    escalation.
    """
    return not promised and role == told_as and role in OF_UNIT and due_on > today


class LinkStanding(StrEnum):
    """How a link that switches a topic off stands: usable, done already, somebody else's, or of before the person
    switched mails on again."""

    READY = "ready"
    DONE = "done"
    OTHERS = "others"
    REVOKED = "revoked"


def chosen(names: Collection[str]) -> list[Topic]:
    """The topics among what a form says, in their order."""
    return [topic for topic in Topic if topic in set(names)]
