"""an index of what units have declined"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_assignments_declined", "assignments", ["programme_id"], postgresql_where=sa.text("state = 'declined'")
    )


def downgrade() -> None:
    op.drop_index("ix_assignments_declined", "assignments")
