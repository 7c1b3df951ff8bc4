"""bounces"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ["queued", "sending", "sent", "failed", "uncertain"]


def upgrade() -> None:
    op.create_table(
        "mail_bounces",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_mail_bounces_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_bounces")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_bounces_key")),
    )
    op.create_index(op.f("ix_mail_bounces_outbox_id"), "mail_bounces", ["outbox_id"], unique=False)
    op.add_column("users", sa.Column("dead_email", sa.Text(), nullable=True))
    _states([*BEFORE, "bounced"], "state = 'bounced' OR (state = 'sent') = (sent_at IS NOT NULL)")


def downgrade() -> None:
    # What had left, as far as the server's answer went, and what may have.
    op.execute(
        "UPDATE outbox SET state = CASE WHEN sent_at IS NULL THEN 'uncertain' ELSE 'sent' END WHERE state = 'bounced'"
    )
    _states(BEFORE, "(state = 'sent') = (sent_at IS NOT NULL)")
    op.drop_column("users", "dead_email")
    op.drop_table("mail_bounces")


def _states(states: list[str], sent_at: str) -> None:
    for name in ("ck_outbox_state", "ck_outbox_sent_at"):
        op.drop_constraint(op.f(name), "outbox", type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_outbox_state"), "outbox", f"state IN ({listed})")
    op.create_check_constraint(op.f("ck_outbox_sent_at"), "outbox", sent_at)
