"""figures: negative changes, versions of rows; measures that a later text defines differently; the finance office"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The addressee of the programme that is asked for its money.
FINANCE = """
    UPDATE programmes SET finance_unit_id = (
        SELECT u.id FROM duties AS d JOIN units AS u ON u.id = d.unit_id
        WHERE d.programme_id = programmes.id AND fold(u.name) LIKE '%tai chinh%' ORDER BY d.id LIMIT 1)
"""
POSITION = "uq_measures_indicator_id_position"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_figures_ratio_not_negative"), "figures")
    op.drop_constraint(op.f("ck_figures_value_not_negative"), "figures")
    op.create_check_constraint(op.f("ck_figures_denominator"), "figures", "denominator > 0")
    op.add_column("figures", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("measures", sa.Column("retired_in", sa.Integer(), nullable=True))
    op.drop_constraint(op.f(POSITION), "measures")
    op.create_index(
        POSITION, "measures", ["indicator_id", "position"], unique=True, postgresql_where=sa.text("retired_in IS NULL")
    )
    op.add_column("programmes", sa.Column("finance_unit_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_programmes_finance_unit_id"), "programmes", "units", ["finance_unit_id"], ["id"])
    op.execute(FINANCE)


def downgrade() -> None:
    op.drop_column("programmes", "finance_unit_id")
    # What is of no text any more has no place in the older tables.
    op.execute("DELETE FROM figures WHERE measure_id IN (SELECT id FROM measures WHERE retired_in IS NOT NULL)")
    op.execute("DELETE FROM measures WHERE retired_in IS NOT NULL")
    op.drop_index(POSITION, "measures")
    op.drop_column("measures", "retired_in")
    op.create_unique_constraint(op.f(POSITION), "measures", ["indicator_id", "position"])
    op.drop_column("figures", "version")
    op.drop_constraint(op.f("ck_figures_denominator"), "figures")
    op.execute("DELETE FROM figures WHERE value < 0 OR numerator < 0")
    op.create_check_constraint(op.f("ck_figures_value_not_negative"), "figures", "value >= 0")
    op.create_check_constraint(op.f("ck_figures_ratio_not_negative"), "figures", "numerator >= 0 AND denominator > 0")
