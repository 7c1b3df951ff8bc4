"""reporting: cycles, reports of units, figures, budget, editions that are edited and issued, keys to read them"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_api_tokens_created_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_api_tokens_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_programme_id"), "api_tokens", ["programme_id"], unique=False)
    op.create_table(
        "budget_lines",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "central",
                "province",
                "district",
                "commune",
                "social",
                name="budget_source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("estimate", sa.Numeric(precision=15, scale=0), nullable=True),
        sa.Column("approved", sa.Numeric(precision=15, scale=0), nullable=True),
        sa.Column("spent", sa.Numeric(precision=15, scale=0), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("estimate >= 0 AND approved >= 0 AND spent >= 0", name=op.f("ck_budget_lines_not_negative")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["users.id"], name=op.f("fk_budget_lines_edited_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_budget_lines_programme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_budget_lines_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint(
            "programme_id", "unit_id", "year", "source", name=op.f("uq_budget_lines_programme_id_unit_id_year_source")
        ),
    )
    op.create_index(op.f("ix_budget_lines_unit_id"), "budget_lines", ["unit_id"], unique=False)
    op.create_table(
        "report_cycles",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "annual",
                "half_year",
                "mid_term",
                "final",
                name="cycle_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("cut_off_on", sa.Date(), nullable=False),
        sa.Column("due_commune_on", sa.Date(), nullable=False),
        sa.Column("due_department_on", sa.Date(), nullable=False),
        sa.Column("due_office_on", sa.Date(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_report_cycles_opened_before_closed")
        ),
        sa.CheckConstraint("cut_off_on <= due_commune_on", name=op.f("ck_report_cycles_cut_off_first")),
        sa.CheckConstraint(
            "due_commune_on <= due_department_on AND due_department_on <= due_office_on",
            name=op.f("ck_report_cycles_levels"),
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_report_cycles_created_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_report_cycles_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_cycles")),
        sa.UniqueConstraint("programme_id", "kind", "period", name=op.f("uq_report_cycles_programme_id_kind_period")),
    )
    op.create_table(
        "edited_sections",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("drawn", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["report_cycles.id"], name=op.f("fk_edited_sections_cycle_id")),
        sa.ForeignKeyConstraint(["edited_by_id"], ["users.id"], name=op.f("fk_edited_sections_edited_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edited_sections")),
    )
    op.create_index("ix_edited_sections_newest", "edited_sections", ["cycle_id", "key", "id"], unique=False)
    op.create_table(
        "edition_files",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["consolidated_reports.id"], name=op.f("fk_edition_files_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_files")),
        sa.UniqueConstraint("report_id", "kind", name=op.f("uq_edition_files_report_id_kind")),
    )
    op.create_table(
        "figures",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("numerator", sa.Numeric(), nullable=True),
        sa.Column("denominator", sa.Numeric(), nullable=True),
        sa.Column("value", sa.Numeric(), nullable=True),
        sa.Column("no_data", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("estimate", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by_id IS NULL)", name=op.f("ck_figures_accepted_together")
        ),
        sa.CheckConstraint("(numerator IS NULL) = (denominator IS NULL)", name=op.f("ck_figures_ratio_together")),
        sa.CheckConstraint("no_data = (value IS NULL)", name=op.f("ck_figures_value_or_no_data")),
        sa.CheckConstraint("numerator >= 0 AND denominator > 0", name=op.f("ck_figures_ratio_not_negative")),
        sa.CheckConstraint("numerator IS NULL OR value IS NOT NULL", name=op.f("ck_figures_ratio_has_value")),
        sa.CheckConstraint("round = 1 OR length(btrim(reason)) > 0", name=op.f("ck_figures_correction_has_reason")),
        sa.CheckConstraint("round >= 1", name=op.f("ck_figures_round")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_figures_value_not_negative")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["users.id"], name=op.f("fk_figures_accepted_by_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name=op.f("fk_figures_measure_id")),
        sa.ForeignKeyConstraint(["reported_by_id"], ["users.id"], name=op.f("fk_figures_reported_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_figures_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures")),
        sa.UniqueConstraint(
            "measure_id", "unit_id", "period", "round", name=op.f("uq_figures_measure_id_unit_id_period_round")
        ),
    )
    op.create_index("ix_figures_period", "figures", ["period", "measure_id"], unique=False)
    op.create_index(op.f("ix_figures_unit_id"), "figures", ["unit_id"], unique=False)
    op.create_table(
        "unit_reports",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "commune", "department", "office", name="level", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("measure_ids", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "expected",
                "draft",
                "submitted",
                "returned",
                "accepted",
                "exempt",
                name="filing_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("exempt_reason", sa.Text(), nullable=True),
        sa.Column("first_submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name=op.f("ck_unit_reports_accepted")),
        sa.CheckConstraint(
            "(state = 'exempt') = (exempt_reason IS NOT NULL)", name=op.f("ck_unit_reports_exempt_has_reason")
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'accepted') OR submitted_at IS NOT NULL", name=op.f("ck_unit_reports_submitted")
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_unit_reports_assignment_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["report_cycles.id"], name=op.f("fk_unit_reports_cycle_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_reports_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_reports")),
        sa.UniqueConstraint("cycle_id", "unit_id", name=op.f("uq_unit_reports_cycle_id_unit_id")),
    )
    op.create_index(op.f("ix_unit_reports_assignment_id"), "unit_reports", ["assignment_id"], unique=False)
    op.create_index("ix_unit_reports_state", "unit_reports", ["cycle_id", "level", "state"], unique=False)
    op.create_index(op.f("ix_unit_reports_unit_id"), "unit_reports", ["unit_id"], unique=False)
    op.create_table(
        "filed_rounds",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=False),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True),
        sa.Column("returned", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_filed_rounds_decided_together")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_filed_rounds_decided_by_id")),
        sa.ForeignKeyConstraint(["on_behalf_of_id"], ["users.id"], name=op.f("fk_filed_rounds_on_behalf_of_id")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["unit_reports.id"], name=op.f("fk_filed_rounds_report_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_filed_rounds_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filed_rounds")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_filed_rounds_report_id_number")),
    )
    op.create_table(
        "report_sections",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_by_id", sa.Integer(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["edited_by_id"], ["users.id"], name=op.f("fk_report_sections_edited_by_id")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["unit_reports.id"], name=op.f("fk_report_sections_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_sections")),
        sa.UniqueConstraint("report_id", "key", name=op.f("uq_report_sections_report_id_key")),
    )
    op.add_column("consolidated_reports", sa.Column("cycle_id", sa.Integer(), nullable=True))
    op.add_column("consolidated_reports", sa.Column("recipient", sa.Text(), server_default="committee", nullable=False))
    op.add_column("consolidated_reports", sa.Column("texts", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("consolidated_reports", sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("consolidated_reports", sa.Column("issued_by_id", sa.Integer(), nullable=True))
    op.add_column("consolidated_reports", sa.Column("issued_number", sa.Text(), nullable=True))
    op.create_index(op.f("ix_consolidated_reports_cycle_id"), "consolidated_reports", ["cycle_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_consolidated_reports_cycle_id"), "consolidated_reports", "report_cycles", ["cycle_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_consolidated_reports_issued_by_id"), "consolidated_reports", "users", ["issued_by_id"], ["id"]
    )
    op.add_column("measures", sa.Column("baseline", sa.Numeric(), nullable=True))
    op.add_column("measures", sa.Column("baseline_year", sa.Integer(), nullable=True))
    op.add_column("programmes", sa.Column("jump_percent", sa.Integer(), server_default="20", nullable=False))
    op.create_check_constraint(
        op.f("ck_consolidated_reports_recipient"), "consolidated_reports", "recipient IN ('committee', 'agency')"
    )
    op.create_check_constraint(
        op.f("ck_consolidated_reports_issued_together"),
        "consolidated_reports",
        "(issued_at IS NULL) = (issued_by_id IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_consolidated_reports_issued_when_done"), "consolidated_reports", "issued_at IS NULL OR state = 'done'"
    )
    op.create_check_constraint(
        op.f("ck_measures_baseline_has_year"), "measures", "(baseline IS NULL) = (baseline_year IS NULL)"
    )
    op.create_check_constraint(op.f("ck_programmes_jump_percent"), "programmes", "jump_percent BETWEEN 1 AND 1000")


def downgrade() -> None:
    op.drop_column("programmes", "jump_percent")
    op.drop_column("measures", "baseline_year")
    op.drop_column("measures", "baseline")
    op.drop_constraint(op.f("fk_consolidated_reports_issued_by_id"), "consolidated_reports", type_="foreignkey")
    op.drop_constraint(op.f("fk_consolidated_reports_cycle_id"), "consolidated_reports", type_="foreignkey")
    op.drop_index(op.f("ix_consolidated_reports_cycle_id"), table_name="consolidated_reports")
    op.drop_column("consolidated_reports", "issued_number")
    op.drop_column("consolidated_reports", "issued_by_id")
    op.drop_column("consolidated_reports", "issued_at")
    op.drop_column("consolidated_reports", "texts")
    op.drop_column("consolidated_reports", "recipient")
    op.drop_column("consolidated_reports", "cycle_id")
    op.drop_table("report_sections")
    op.drop_table("filed_rounds")
    op.drop_index(op.f("ix_unit_reports_unit_id"), table_name="unit_reports")
    op.drop_index("ix_unit_reports_state", table_name="unit_reports")
    op.drop_index(op.f("ix_unit_reports_assignment_id"), table_name="unit_reports")
    op.drop_table("unit_reports")
    op.drop_index(op.f("ix_figures_unit_id"), table_name="figures")
    op.drop_index("ix_figures_period", table_name="figures")
    op.drop_table("figures")
    op.drop_table("edition_files")
    op.drop_index("ix_edited_sections_newest", table_name="edited_sections")
    op.drop_table("edited_sections")
    op.drop_table("report_cycles")
    op.drop_index(op.f("ix_budget_lines_unit_id"), table_name="budget_lines")
    op.drop_table("budget_lines")
    op.drop_index(op.f("ix_api_tokens_programme_id"), table_name="api_tokens")
    op.drop_table("api_tokens")
