"""ladder versions: a ladder for each kind of assignment, and the version whose step fired"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "ladder_versions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("ladder_kind", "every", "starred", "requested"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_ladder_versions_number")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_ladder_versions_made_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_ladder_versions_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_versions")),
        sa.UniqueConstraint("programme_id", "kind", "number", name=op.f("uq_ladder_versions_programme_id_kind_number")),
    )
    # What every programme has is its first version, made when its text came in.
    op.execute(
        "INSERT INTO ladder_versions (programme_id, kind, number, made_at) SELECT id, 'every', 1, coalesce("
        "(SELECT min(imported_at) FROM programme_versions WHERE programme_id = programmes.id), now()) FROM programmes"
    )
    op.add_column("ladder_steps", sa.Column("version_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE ladder_steps SET version_id = ladder_versions.id FROM ladder_versions"
        " WHERE ladder_versions.programme_id = ladder_steps.programme_id"
    )
    op.alter_column("ladder_steps", "version_id", nullable=False)
    op.drop_column("ladder_steps", "programme_id")
    op.create_foreign_key(op.f("fk_ladder_steps_version_id"), "ladder_steps", "ladder_versions", ["version_id"], ["id"])
    op.create_unique_constraint(
        op.f("uq_ladder_steps_version_id_step_offset"), "ladder_steps", ["version_id", "step_offset"]
    )
    op.add_column(
        "ladder_steps",
        sa.Column("channel", _enum("channel", "mail", "mail+chat"), server_default="mail", nullable=False),
    )
    op.add_column("ladder_steps", sa.Column("every", sa.Integer(), server_default="0", nullable=False))
    op.add_column("ladder_steps", sa.Column("times", sa.Integer(), server_default="0", nullable=False))
    op.add_column("ladder_steps", sa.Column("wording", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_ladder_steps_repeats"), "ladder_steps", "every >= 0 AND times >= 0 AND (every = 0) = (times = 0)"
    )
    op.add_column("escalations", sa.Column("ladder_version_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_escalations_ladder_version_id"), "escalations", "ladder_versions", ["ladder_version_id"], ["id"]
    )
    op.execute(
        "UPDATE escalations SET ladder_version_id = ladder_versions.id FROM ladder_versions, assignments"
        " WHERE assignments.id = escalations.assignment_id"
        " AND ladder_versions.programme_id = assignments.programme_id"
    )


def downgrade() -> None:
    """Only what the old tables can hold stays: the newest ladder of every assignment, without repeats and wording."""
    op.drop_constraint(op.f("fk_escalations_ladder_version_id"), "escalations", type_="foreignkey")
    op.drop_column("escalations", "ladder_version_id")
    op.execute(
        "DELETE FROM ladder_steps WHERE version_id NOT IN (SELECT DISTINCT ON (programme_id) id FROM ladder_versions"
        " WHERE kind = 'every' ORDER BY programme_id, number DESC)"
    )
    op.drop_constraint(op.f("ck_ladder_steps_repeats"), "ladder_steps", type_="check")
    for name in ("channel", "every", "times", "wording"):
        op.drop_column("ladder_steps", name)
    op.add_column("ladder_steps", sa.Column("programme_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE ladder_steps SET programme_id = ladder_versions.programme_id FROM ladder_versions"
        " WHERE ladder_versions.id = ladder_steps.version_id"
    )
    op.alter_column("ladder_steps", "programme_id", nullable=False)
    op.drop_column("ladder_steps", "version_id")
    op.create_foreign_key(op.f("fk_ladder_steps_programme_id"), "ladder_steps", "programmes", ["programme_id"], ["id"])
    op.create_unique_constraint(
        op.f("uq_ladder_steps_programme_id_step_offset"), "ladder_steps", ["programme_id", "step_offset"]
    )
    op.drop_table("ladder_versions")
