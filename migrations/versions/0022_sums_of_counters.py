"""sums of counters: what a year has in all, and each unit in a year, so that a page does not add up every counter"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

YEARS, UNITS, FRESH = "year_tallies", "unit_tallies", "ix_tallies_fresh"
FILL_YEARS = """
    INSERT INTO year_tallies (programme_id, year, state, klass, due_on, carried, n)
    SELECT programme_id, year, state, klass, due_on, carried, sum(n) FROM tallies
    GROUP BY programme_id, year, state, klass, due_on, carried HAVING sum(n) <> 0
"""
FILL_UNITS = """
    INSERT INTO unit_tallies (programme_id, year, lead_unit_id, carried, n, late, deadlines)
    SELECT programme_id, year, lead_unit_id, carried, count(*), count(*) FILTER (WHERE klass = 'overdue'),
        coalesce(array_agg(due_on ORDER BY due_on) FILTER (WHERE klass IS NULL), '{}')
    FROM (
        SELECT programme_id, year, lead_unit_id, carried, klass, due_on, sum(n) AS n FROM tallies
        WHERE state <> 'cancelled' GROUP BY programme_id, year, lead_unit_id, carried, klass, due_on
    ) AS alike, generate_series(1, n)
    GROUP BY programme_id, year, lead_unit_id, carried
"""


def upgrade() -> None:
    op.create_table(
        YEARS,
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
    op.create_index("ix_year_tallies_key", YEARS, ["programme_id", "year"])
    op.create_table(
        UNITS,
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=False),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("deadlines", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "year", "lead_unit_id", "carried", name=op.f("pk_unit_tallies")),
    )
    # What is there is counted once into the sums; what triggers add from now on is fresh.
    op.add_column("tallies", sa.Column("folded", sa.Boolean(), server_default="true", nullable=False))
    op.alter_column("tallies", "folded", server_default="false")
    op.execute(FILL_YEARS)
    op.execute(FILL_UNITS)
    op.create_index(FRESH, "tallies", ["year"], postgresql_where=sa.text("NOT folded"))


def downgrade() -> None:
    op.drop_index(FRESH, "tallies")
    op.drop_column("tallies", "folded")
    op.drop_table(UNITS)
    op.drop_table(YEARS)
