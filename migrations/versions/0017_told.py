"""what mails are about: promises as steps, the work of an opening; a recurrence that changes with a later period"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As the history has it at the end of that day; from before the history began, as it is now.
THEN = """
    UPDATE promise_notices AS told SET (lead_unit_id, due_on) = (
        SELECT coalesce(past.lead_unit_id, a.lead_unit_id),
            CASE WHEN past.assignment_id IS NULL THEN a.due_on ELSE past.due_on END
        FROM promises AS pm JOIN assignments AS a ON a.id = pm.assignment_id LEFT JOIN LATERAL (
            SELECT p.* FROM past_standings AS p
            WHERE p.assignment_id = a.id AND p.since <= (told.fired_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
            ORDER BY p.since DESC LIMIT 1
        ) AS past ON true
        WHERE pm.id = told.promise_id)
"""
ONCE = ["promise_id", "recipient_id"]
BEFORE = {
    "changes_on": sa.Date(),
    "before_recurrence": sa.Text(),
    "before_wording": sa.Text(),
    "before_last_day": sa.Text(),
    "before_deadline_on": sa.Date(),
}


def upgrade() -> None:
    for column, table in (("instead_of_id", "outbox"), ("lead_unit_id", "units")):
        op.add_column("promise_notices", sa.Column(column, sa.Integer(), nullable=True))
        op.create_foreign_key(op.f(f"fk_promise_notices_{column}"), "promise_notices", table, [column], ["id"])
    op.add_column("escalations", sa.Column("told_as", sa.Text(), nullable=True))
    op.add_column("promise_notices", sa.Column("due_on", sa.Date(), nullable=True))
    op.create_index(op.f("ix_promise_notices_outbox_id"), "promise_notices", ["outbox_id"])
    op.create_index(op.f("ix_promise_notices_fired_at"), "promise_notices", ["fired_at"])
    _once([*ONCE, "instead_of_id"])
    op.execute(THEN)
    op.create_table(
        "mail_subjects",
        sa.Column("outbox_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("assignment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_mail_subjects_outbox_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_mail_subjects_assignment_id")),
        sa.PrimaryKeyConstraint("outbox_id", "assignment_id", name=op.f("pk_mail_subjects")),
    )
    op.create_index(op.f("ix_mail_subjects_assignment_id"), "mail_subjects", ["assignment_id"])
    for name, kind in BEFORE.items():
        op.add_column("duties", sa.Column(name, kind, nullable=True))
    op.create_check_constraint(
        op.f("ck_duties_changes_from_something"), "duties", "(changes_on IS NULL) = (before_recurrence IS NULL)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_duties_changes_from_something"), "duties", type_="check")
    for name in reversed(BEFORE):
        op.drop_column("duties", name)
    op.drop_table("mail_subjects")
    # Their mails stay in the log.
    op.execute("DELETE FROM promise_notices WHERE instead_of_id IS NOT NULL")
    _once(ONCE)
    op.drop_index(op.f("ix_promise_notices_fired_at"), "promise_notices")
    op.drop_index(op.f("ix_promise_notices_outbox_id"), "promise_notices")
    for name in ("due_on", "lead_unit_id", "instead_of_id"):
        op.drop_column("promise_notices", name)
    op.drop_column("escalations", "told_as")


def _once(columns: list[str]) -> None:
    name = "uq_promise_notices_once"
    op.drop_constraint(name, "promise_notices", type_="unique")
    op.create_unique_constraint(name, "promise_notices", columns, postgresql_nulls_not_distinct=True)
