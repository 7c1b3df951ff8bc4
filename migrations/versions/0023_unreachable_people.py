"""an index of the few people whom no mail reaches"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAME = "ix_users_unreachable"


def upgrade() -> None:
    few = sa.text("NOT active OR email IS NULL OR dead_email = email")
    op.create_index(NAME, "users", ["id"], postgresql_where=few)


def downgrade() -> None:
    op.drop_index(NAME, "users")
