"""who is ranked: three finished or overdue assignments, because a commune of the first programme has four"""

from collections.abc import Sequence

from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column("programmes", "ranking_threshold", server_default="3")


def downgrade() -> None:
    op.alter_column("programmes", "ranking_threshold", server_default="5")
