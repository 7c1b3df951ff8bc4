"""acting from mail: links that answer without a password, and promises"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("outcome", _enum("outcome", "open", "kept", "broken", "withdrawn"), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'open') = (settled_at IS NULL)", name=op.f("ck_promises_settled_together")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_promises_assignment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_promises_person_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["promises.id"], name=op.f("fk_promises_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index(op.f("ix_promises_assignment_id"), "promises", ["assignment_id"])
    is_open = sa.text("outcome = 'open'")
    op.create_index("uq_promises_one_open", "promises", ["assignment_id"], unique=True, postgresql_where=is_open)
    op.create_index("ix_promises_open", "promises", ["promised_on"], postgresql_where=is_open)
    op.create_table(
        "promise_notices",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["promise_id"], ["promises.id"], name=op.f("fk_promise_notices_promise_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_promise_notices_recipient_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_promise_notices_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_notices")),
        sa.UniqueConstraint(
            "promise_id", "recipient_id", name="uq_promise_notices_once", postgresql_nulls_not_distinct=True
        ),
    )
    choices = ("received", "on_track", "promise", "done", "blocked", "extension", "not_ours")
    op.create_table(
        "mail_links",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("choice", _enum("choice", *choices), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("update_id", sa.Integer(), nullable=True),
        sa.Column("promise_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_mail_links_expires_later")),
        sa.CheckConstraint("choice IS NULL OR used_at IS NOT NULL", name=op.f("ck_mail_links_choice_when_used")),
        sa.CheckConstraint("undone_at IS NULL OR used_at IS NOT NULL", name=op.f("ck_mail_links_undone_when_used")),
        sa.ForeignKeyConstraint(["person_id"], ["users.id"], name=op.f("fk_mail_links_person_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_mail_links_assignment_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_mail_links_outbox_id")),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["mail_links.id"], name=op.f("fk_mail_links_undoes_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["update_id"], ["updates.id"], name=op.f("fk_mail_links_update_id")),
        sa.ForeignKeyConstraint(["promise_id"], ["promises.id"], name=op.f("fk_mail_links_promise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mail_links_token_hash")),
    )
    op.create_index(op.f("ix_mail_links_assignment_id"), "mail_links", ["assignment_id"])
    op.create_index(op.f("ix_mail_links_expires_at"), "mail_links", ["expires_at"])
    op.create_index(
        op.f("ix_mail_links_undoes_id"),
        "mail_links",
        ["undoes_id"],
        postgresql_where=sa.text("undoes_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Mails still queued lead to a page that says the link cannot be used."""
    op.drop_table("mail_links")
    op.drop_table("promise_notices")
    op.drop_table("promises")
