"""editions: cancelled ones, counted for each recipient, number and day, rows apart from a snapshot; what is issued is locked"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "consolidated_reports"
OLD_UNIQUE = "uq_consolidated_reports_programme_id_year_edition"
UNIQUE = "uq_consolidated_reports_programme_id_year_cycle_id_recipient_edition"
# Nothing of an issued edition changes, whoever asks for it.
LOCK = """
    CREATE FUNCTION keep_issued_edition() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.issued_at IS NOT NULL THEN
            RAISE EXCEPTION 'an issued edition never changes';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER issued_edition_kept BEFORE UPDATE OR DELETE ON consolidated_reports
        FOR EACH ROW EXECUTE FUNCTION keep_issued_edition();
    CREATE FUNCTION keep_issued_content() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM consolidated_reports
            WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.report_id ELSE OLD.report_id END AND issued_at IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'an issued edition never changes';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER issued_files_kept BEFORE INSERT OR UPDATE OR DELETE ON edition_files
        FOR EACH ROW EXECUTE FUNCTION keep_issued_content();
    CREATE TRIGGER issued_parts_kept BEFORE INSERT OR UPDATE OR DELETE ON snapshot_parts
        FOR EACH ROW EXECUTE FUNCTION keep_issued_content();
"""
UNLOCK = """
    DROP TRIGGER issued_parts_kept ON snapshot_parts;
    DROP TRIGGER issued_files_kept ON edition_files;
    DROP TRIGGER issued_edition_kept ON consolidated_reports;
    DROP FUNCTION keep_issued_content();
    DROP FUNCTION keep_issued_edition();
"""


def _check(name: str, condition: str) -> None:
    op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, condition)


def _uncheck(*names: str) -> None:
    for name in names:
        op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE)


def upgrade() -> None:
    op.create_table(
        "snapshot_parts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], [f"{TABLE}.id"], name=op.f("fk_snapshot_parts_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot_parts")),
        sa.UniqueConstraint("report_id", "kind", "number", name=op.f("uq_snapshot_parts_report_id_kind_number")),
    )
    op.add_column(TABLE, sa.Column("basis_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f(f"fk_{TABLE}_basis_id"), TABLE, TABLE, ["basis_id"], ["id"])
    op.create_index(op.f(f"ix_{TABLE}_basis_id"), TABLE, ["basis_id"])
    op.add_column(TABLE, sa.Column("issued_on", sa.Date(), nullable=True))
    op.add_column(TABLE, sa.Column("signed_as", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column(TABLE, sa.Column("signer", sa.Text(), server_default="", nullable=False))
    _uncheck("state", "issued_together", "issued_when_done", "done_has_document")
    _check("state", "state IN ('queued', 'building', 'done', 'failed', 'cancelled')")
    _check("number_with_day", "(issued_number IS NULL) = (issued_on IS NULL)")
    _check("number_by_somebody", "(issued_number IS NULL) = (issued_by_id IS NULL)")
    _check("issued_when_done", "issued_at IS NULL OR (state = 'done' AND issued_number IS NOT NULL)")
    _check("done_has_document", "state <> 'done' OR document IS NOT NULL")
    op.drop_constraint(op.f(OLD_UNIQUE), TABLE)
    op.create_unique_constraint(
        op.f(UNIQUE), TABLE, ["programme_id", "year", "cycle_id", "recipient", "edition"],
        postgresql_nulls_not_distinct=True,
    )  # fmt: skip
    op.execute(LOCK)


def downgrade() -> None:
    """Editions of half a year and of the second recipient get numbers of their own; cancelled ones count as failed."""
    op.execute(UNLOCK)
    op.drop_constraint(op.f(UNIQUE), TABLE)
    op.execute(
        f"UPDATE {TABLE} AS r SET edition = n.edition FROM (SELECT id, row_number() OVER"
        f" (PARTITION BY programme_id, year ORDER BY id) AS edition FROM {TABLE}) AS n WHERE n.id = r.id"
    )
    op.create_unique_constraint(op.f(OLD_UNIQUE), TABLE, ["programme_id", "year", "edition"])
    _uncheck("state", "number_with_day", "number_by_somebody", "issued_when_done", "done_has_document")
    op.execute(
        f"UPDATE {TABLE} SET state = CASE WHEN state = 'cancelled' THEN 'failed' ELSE state END,"
        " document = CASE WHEN state = 'done' THEN document END,"
        " issued_by_id = CASE WHEN issued_at IS NOT NULL THEN issued_by_id END"
    )
    _check("state", "state IN ('queued', 'building', 'done', 'failed')")
    _check("issued_together", "(issued_at IS NULL) = (issued_by_id IS NULL)")
    _check("issued_when_done", "issued_at IS NULL OR state = 'done'")
    _check("done_has_document", "(state = 'done') = (document IS NOT NULL)")
    for name in ("signer", "signed_as", "issued_on"):
        op.drop_column(TABLE, name)
    op.drop_index(op.f(f"ix_{TABLE}_basis_id"), table_name=TABLE)
    op.drop_constraint(op.f(f"fk_{TABLE}_basis_id"), TABLE)
    op.drop_column(TABLE, "basis_id")
    op.drop_table("snapshot_parts")
