"""register: skipped mails, mails that went on to somebody else, who led the work when somebody was told"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ["queued", "sending", "sent", "failed", "uncertain", "bounced"]
ONCE = ["assignment_id", "due_on", "step_offset", "role", "recipient_id"]
# Keys of event mails are kind:assignment:cause:person.
ABOUT = """
    UPDATE outbox SET assignment_id = a.id FROM assignments AS a
    WHERE outbox.dedupe_key ~ '^[a-z_]+:[0-9]{1,9}:[^:]+:[0-9]+$' AND a.id = split_part(outbox.dedupe_key, ':', 2)::int
"""
# As the history has it at the end of that day; from before the history began, as it is now.
THEN = """
    UPDATE {table} AS told SET {columns} = (
        SELECT {values} FROM assignments AS a LEFT JOIN LATERAL (
            SELECT p.* FROM past_standings AS p
            WHERE p.assignment_id = a.id AND p.since <= (told.{moment} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
            ORDER BY p.since DESC LIMIT 1
        ) AS past ON true
        WHERE a.id = told.assignment_id)
"""
LED = "coalesce(past.lead_unit_id, a.lead_unit_id)"
DUE = "CASE WHEN past.assignment_id IS NULL THEN a.due_on ELSE past.due_on END"


def upgrade() -> None:
    for column, table in (("assignment_id", "assignments"), ("instead_of_id", "outbox")):
        op.add_column("outbox", sa.Column(column, sa.Integer(), nullable=True))
        op.create_foreign_key(op.f(f"fk_outbox_{column}"), "outbox", table, [column], ["id"])
        op.create_index(op.f(f"ix_outbox_{column}"), "outbox", [column])
    op.create_index(op.f("ix_outbox_created_at"), "outbox", ["created_at"])
    _states([*BEFORE, "skipped"])
    op.add_column("escalations", sa.Column("instead_of_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_escalations_instead_of_id"), "escalations", "outbox", ["instead_of_id"], ["id"])
    for table in ("escalations", "chases"):
        op.add_column(table, sa.Column("lead_unit_id", sa.Integer(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_lead_unit_id"), table, "units", ["lead_unit_id"], ["id"])
    op.add_column("chases", sa.Column("due_on", sa.Date(), nullable=True))
    _once([*ONCE, "instead_of_id"])
    op.create_index(op.f("ix_escalations_fired_at"), "escalations", ["fired_at"])
    op.create_index(op.f("ix_chases_sent_at"), "chases", ["sent_at"])
    op.execute(ABOUT)
    op.execute(THEN.format(table="escalations", moment="fired_at", columns="lead_unit_id", values=LED))
    op.execute(THEN.format(table="chases", moment="sent_at", columns="(lead_unit_id, due_on)", values=f"{LED}, {DUE}"))


def downgrade() -> None:
    op.drop_index(op.f("ix_chases_sent_at"), "chases")
    op.drop_index(op.f("ix_escalations_fired_at"), "escalations")
    # Their mails stay in the log; the step itself is recorded for whom it was meant.
    op.execute("DELETE FROM escalations WHERE instead_of_id IS NOT NULL")
    _once(ONCE)
    op.drop_column("chases", "due_on")
    op.drop_column("chases", "lead_unit_id")
    op.drop_column("escalations", "lead_unit_id")
    op.drop_column("escalations", "instead_of_id")
    op.execute("UPDATE outbox SET state = 'failed' WHERE state = 'skipped'")
    _states(BEFORE)
    op.drop_index(op.f("ix_outbox_created_at"), "outbox")
    op.drop_column("outbox", "instead_of_id")
    op.drop_column("outbox", "assignment_id")


def _states(states: list[str]) -> None:
    op.drop_constraint(op.f("ck_outbox_state"), "outbox", type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_outbox_state"), "outbox", f"state IN ({listed})")


def _once(columns: list[str]) -> None:
    op.drop_constraint("uq_escalations_once", "escalations", type_="unique")
    op.create_unique_constraint("uq_escalations_once", "escalations", columns, postgresql_nulls_not_distinct=True)
