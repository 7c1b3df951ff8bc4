"""the order in which mails are claimed: a sweep gives thousands the same moment"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NAME, TABLE = "ix_outbox_due", "outbox"
WAITING = sa.text("state IN ('queued', 'sending')")


def upgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["not_before", "id"], postgresql_where=WAITING)


def downgrade() -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, ["not_before"], postgresql_where=WAITING)
