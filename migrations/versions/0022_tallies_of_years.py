"""counters without the unit: what a year has in all, however many units"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE, FRESH = "year_tallies", "ix_tallies_fresh"
FILL = """
    INSERT INTO year_tallies (programme_id, year, state, klass, due_on, carried, n)
    SELECT programme_id, year, state, klass, due_on, carried, sum(n) FROM tallies
    GROUP BY programme_id, year, state, klass, due_on, carried HAVING sum(n) <> 0
"""


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("klass", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("carried", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_tallies")),
    )
    op.create_index("ix_year_tallies_key", TABLE, ["programme_id", "year"])
    # What is there is counted once into the years; what triggers add from now on is fresh.
    op.add_column("tallies", sa.Column("folded", sa.Boolean(), server_default="true", nullable=False))
    op.alter_column("tallies", "folded", server_default="false")
    op.execute(FILL)
    op.create_index(FRESH, "tallies", ["year"], postgresql_where=sa.text("NOT folded"))


def downgrade() -> None:
    op.drop_index(FRESH, "tallies")
    op.drop_column("tallies", "folded")
    op.drop_table(TABLE)
