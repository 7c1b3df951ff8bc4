"""What may be muted: one's own reminders of what is not due yet, and kinds that are named."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.ladder import OF_UNIT, LadderRole
from tracker.rules.notification import TOPIC_OF, Topic, chosen, is_own_reminder

TODAY = date(2026, 11, 16)


@given(st.sampled_from(LadderRole), st.sampled_from(LadderRole), st.integers(-400, 400), st.booleans())
def test_no_escalation_is_ones_own_reminder(role: LadderRole, told_as: LadderRole, days: int, promised: bool) -> None:
    """From the due day on, about others' work, in another's place or of a broken promise: never to be muted."""
    own = is_own_reminder(role, told_as, TODAY + timedelta(days=days), TODAY, promised=promised)
    assert own == (days > 0 and role == told_as and role in OF_UNIT and not promised)


def test_what_demands_an_answer_has_no_topic() -> None:
    for kind in ("digest", "chased", "explanation_asked", "fallback", "answered_from_mail", "undone_from_mail"):
        assert kind not in TOPIC_OF
    assert set(TOPIC_OF.values()) | {Topic.REMINDER} == set(Topic)


def test_a_form_chooses_only_what_there_is() -> None:
    assert chosen(["talk", "digest", "work", "talk", ""]) == [Topic.WORK, Topic.TALK]
