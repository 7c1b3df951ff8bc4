"""an index for the lists of a year"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAME = "ix_assignments_list_of_year"


def upgrade() -> None:
    op.create_index(NAME, "assignments", ["year", "closed", sa.text("starred DESC"), "due_on", "id"])


def downgrade() -> None:
    op.drop_index(NAME, "assignments")
