"""blocked assignments, and the programmes that a mail is about"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The unit's last word since the work was last given or returned to it.
BLOCKED = """
    UPDATE assignments SET blocked = true WHERE state IN ('in_progress', 'suspended') AND (
        SELECT u.signal FROM updates AS u
        WHERE u.assignment_id = assignments.id AND u.undone_at IS NULL AND u.signal <> 'note'
            AND u.created_at > ALL (SELECT at FROM audit_events WHERE subject_type = 'assignment'
                AND subject_id = assignments.id AND verb IN ('reassign', 'reopen', 'issue'))
            AND u.created_at > ALL (SELECT submitted_at FROM rounds
                WHERE assignment_id = assignments.id AND decision IS DISTINCT FROM 'withdrawn')
        ORDER BY u.created_at DESC, u.id DESC LIMIT 1
    ) = 'blocked'
"""
# Digests name their assignments through what fired, event mails in the key of their cause.
PROGRAMMES = """
    UPDATE outbox SET programme_ids = about.ids FROM (
        SELECT e.outbox_id AS id, array_agg(DISTINCT a.programme_id) AS ids
        FROM escalations AS e JOIN assignments AS a ON a.id = e.assignment_id
        WHERE e.outbox_id IS NOT NULL GROUP BY e.outbox_id
        UNION ALL
        SELECT o.id, ARRAY[a.programme_id] FROM outbox AS o
        JOIN assignments AS a ON a.id = CASE WHEN split_part(o.dedupe_key, ':', 2) ~ '^[0-9]{1,9}$'
            THEN split_part(o.dedupe_key, ':', 2)::int END
        WHERE o.kind NOT IN ('digest', 'delegation', 'delegation_ended')
    ) AS about WHERE about.id = outbox.id
"""


def upgrade() -> None:
    op.add_column("assignments", sa.Column("blocked", sa.Boolean(), server_default="false", nullable=False))
    op.execute(BLOCKED)
    op.create_check_constraint(
        op.f("ck_assignments_blocked_while_with_unit"),
        "assignments",
        "NOT blocked OR state IN ('in_progress', 'suspended')",
    )
    op.create_index(
        "ix_assignments_blocked",
        "assignments",
        ["programme_id", "closed", sa.text("starred DESC"), "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("blocked"),
    )
    op.add_column(
        "outbox",
        sa.Column("programme_ids", postgresql.ARRAY(sa.Integer()), server_default="{}", nullable=False),
    )
    op.execute(PROGRAMMES)
    op.create_index(op.f("ix_outbox_programme_ids"), "outbox", ["programme_ids"], unique=False, postgresql_using="gin")


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_programme_ids"), table_name="outbox", postgresql_using="gin")
    op.drop_column("outbox", "programme_ids")
    op.drop_index("ix_assignments_blocked", table_name="assignments", postgresql_where=sa.text("blocked"))
    op.drop_constraint(op.f("ck_assignments_blocked_while_with_unit"), "assignments", type_="check")
    op.drop_column("assignments", "blocked")
