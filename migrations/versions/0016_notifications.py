"""notifications: what was mailed is shown, may be muted, and goes to a second channel too"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = ["queued", "sending", "sent", "failed", "uncertain", "bounced", "skipped"]


def upgrade() -> None:
    op.add_column(
        "outbox",
        sa.Column(
            "channel",
            sa.Enum("mail", "chat", name="channel", native_enum=False, create_constraint=True, length=32),
            server_default="mail",
            nullable=False,
        ),
    )
    op.add_column("outbox", sa.Column("topic", sa.Text(), nullable=True))
    # What was sent before is no news. A default that is a constant writes no row anew.
    op.add_column(
        "outbox", sa.Column("read_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=True)
    )
    op.alter_column("outbox", "read_at", server_default=None)
    _states([*BEFORE, "muted", "unaddressed"])
    op.create_check_constraint(
        op.f("ck_outbox_mail_withheld"), "outbox", "channel = 'mail' OR state NOT IN ('muted', 'unaddressed')"
    )
    op.create_index(
        "ix_outbox_unread",
        "outbox",
        ["recipient_id"],
        postgresql_where=sa.text("channel = 'mail' AND read_at IS NULL"),
    )
    op.add_column("users", sa.Column("muted", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("users", sa.Column("unmuted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "chat_addresses",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("by_admin", sa.Boolean(), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chat_addresses_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_chat_addresses")),
    )


def downgrade() -> None:
    op.drop_table("chat_addresses")
    op.drop_column("users", "unmuted_at")
    op.drop_column("users", "muted")
    op.execute("DELETE FROM mail_tries USING outbox WHERE outbox.id = outbox_id AND channel = 'chat'")
    op.execute("DELETE FROM outbox WHERE channel = 'chat'")
    op.execute("UPDATE outbox SET state = 'skipped' WHERE state IN ('muted', 'unaddressed')")
    op.drop_index("ix_outbox_unread", "outbox")
    op.drop_constraint(op.f("ck_outbox_mail_withheld"), "outbox", type_="check")
    _states(BEFORE)
    for name in ("read_at", "topic", "channel"):
        op.drop_column("outbox", name)


def _states(states: list[str]) -> None:
    op.drop_constraint(op.f("ck_outbox_state"), "outbox", type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_outbox_state"), "outbox", f"state IN ({listed})")
