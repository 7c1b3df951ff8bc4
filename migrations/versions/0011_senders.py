"""senders: a claimed mail belongs to a session of the database, not to a span of time"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("UPDATE outbox SET state = 'queued', lease_token = NULL, lease_until = NULL WHERE state = 'sending'")
    for name in ("ck_outbox_lease_together", "ck_outbox_lease_while_sending"):
        op.drop_constraint(op.f(name), "outbox", type_="check")
    op.drop_column("outbox", "lease_until")
    op.drop_column("outbox", "lease_token")
    op.add_column("outbox", sa.Column("sender", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_outbox_sender_while_sending"), "outbox", "(state = 'sending') = (sender IS NOT NULL)"
    )


def downgrade() -> None:
    op.execute("UPDATE outbox SET state = 'queued', sender = NULL WHERE state = 'sending'")
    op.drop_constraint(op.f("ck_outbox_sender_while_sending"), "outbox", type_="check")
    op.drop_column("outbox", "sender")
    op.add_column("outbox", sa.Column("lease_token", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_outbox_lease_while_sending"), "outbox", "(state = 'sending') = (lease_token IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("ck_outbox_lease_together"), "outbox", "(lease_token IS NULL) = (lease_until IS NULL)"
    )
