"""initial tables"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "day_overrides",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_overrides")),
    )
    op.create_table(
        "unit_classes",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_classes")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_classes_code")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "committee",
                "department",
                "police",
                "centre",
                "organisation",
                "commune",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("aliases", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_units_dates_in_order")),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
    )
    op.create_index(op.f("ix_units_parent_id"), "units", ["parent_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_admin", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_auditor", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_sample", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("locale", sa.Text(), server_default="vi", nullable=False),
        sa.Column("wrong_logins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_audit_events_actor_id")),
        sa.ForeignKeyConstraint(["on_behalf_of_id"], ["users.id"], name=op.f("fk_audit_events_on_behalf_of_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index(
        op.f("ix_audit_events_subject_type_subject_id"), "audit_events", ["subject_type", "subject_id"], unique=False
    )
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_login_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_sessions_token_hash")),
    )
    op.create_index(op.f("ix_login_sessions_user_id"), "login_sessions", ["user_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text_body", sa.Text(), nullable=False),
        sa.Column("html_body", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "failed",
                "uncertain",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'sending') = (lease_token IS NOT NULL)", name=op.f("ck_outbox_lease_while_sending")
        ),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent_at")),
        sa.CheckConstraint("(lease_token IS NULL) = (lease_until IS NULL)", name=op.f("ck_outbox_lease_together")),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_outbox_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'sending')"),
    )
    op.create_index(op.f("ix_outbox_recipient_id"), "outbox", ["recipient_id"], unique=False)
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("head", "deputy", "officer", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_posts_dates_in_order")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_posts_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_posts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint(
            "user_id", "unit_id", "role", "valid_from", name=op.f("uq_posts_user_id_unit_id_role_valid_from")
        ),
    )
    op.create_index(op.f("ix_posts_unit_id_role"), "posts", ["unit_id", "role"], unique=False)
    op.create_table(
        "programmes",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("issuer_unit_id", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_text", sa.Text(), nullable=True),
        sa.Column("period_start", sa.Integer(), nullable=False),
        sa.Column("period_end", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("report_wording", sa.Text(), nullable=True),
        sa.Column("report_recurrence", sa.Text(), nullable=True),
        sa.Column("report_last_day", sa.Text(), nullable=True),
        sa.Column("report_to", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("shift_days_off", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("mail_hour", sa.Integer(), server_default="8", nullable=False),
        sa.CheckConstraint("mail_hour BETWEEN 0 AND 23", name=op.f("ck_programmes_mail_hour")),
        sa.CheckConstraint("period_end >= period_start", name=op.f("ck_programmes_period_in_order")),
        sa.ForeignKeyConstraint(["issuer_unit_id"], ["units.id"], name=op.f("fk_programmes_issuer_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("identity", name=op.f("uq_programmes_identity")),
    )
    op.create_table(
        "unit_class_members",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_unit_class_members_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["class_id"], ["unit_classes.id"], name=op.f("fk_unit_class_members_class_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_class_members_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_class_members")),
        sa.UniqueConstraint(
            "class_id", "unit_id", "valid_from", name=op.f("uq_unit_class_members_class_id_unit_id_valid_from")
        ),
    )
    op.create_index(op.f("ix_unit_class_members_unit_id"), "unit_class_members", ["unit_id"], unique=False)
    op.create_table(
        "clauses",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "section",
                "heading",
                "goal",
                "indicator",
                "solution_group",
                "solution_item",
                "addressee",
                "duty",
                "reporting",
                "paragraph",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("retired_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["clauses.id"], name=op.f("fk_clauses_parent_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_clauses_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clauses")),
        sa.UniqueConstraint("programme_id", "ref", name=op.f("uq_clauses_programme_id_ref")),
    )
    op.create_index(op.f("ix_clauses_parent_id"), "clauses", ["parent_id"], unique=False)
    op.create_table(
        "consolidated_reports",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "building",
                "done",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(state = 'building') = (lease_token IS NOT NULL)",
            name=op.f("ck_consolidated_reports_lease_while_building"),
        ),
        sa.CheckConstraint(
            "(state = 'done') = (document IS NOT NULL)", name=op.f("ck_consolidated_reports_done_has_document")
        ),
        sa.CheckConstraint(
            "(lease_token IS NULL) = (lease_until IS NULL)", name=op.f("ck_consolidated_reports_lease_together")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_consolidated_reports_progress")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_consolidated_reports_programme_id")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["users.id"], name=op.f("fk_consolidated_reports_requested_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consolidated_reports")),
        sa.UniqueConstraint(
            "programme_id", "year", "edition", name=op.f("uq_consolidated_reports_programme_id_year_edition")
        ),
    )
    op.create_table(
        "ladder_steps",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("step_offset", sa.Integer(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_ladder_steps_has_roles")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_ladder_steps_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_steps")),
        sa.UniqueConstraint("programme_id", "step_offset", name=op.f("uq_ladder_steps_programme_id_step_offset")),
    )
    op.create_table(
        "mail_tries",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_mail_tries_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_tries")),
    )
    op.create_index(op.f("ix_mail_tries_outbox_id"), "mail_tries", ["outbox_id"], unique=False)
    op.create_table(
        "programme_versions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("parsed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["imported_by_id"], ["users.id"], name=op.f("fk_programme_versions_imported_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_programme_versions_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_versions")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_programme_versions_programme_id_number")),
    )
    op.create_table(
        "standing_offices",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_standing_offices_dates_in_order")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_standing_offices_programme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_standing_offices_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_offices")),
        sa.UniqueConstraint(
            "programme_id", "unit_id", "valid_from", name=op.f("uq_standing_offices_programme_id_unit_id_valid_from")
        ),
    )
    op.create_index(op.f("ix_standing_offices_unit_id"), "standing_offices", ["unit_id"], unique=False)
    op.create_table(
        "indicators",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=True),
        sa.Column("retired_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["clause_id"], ["clauses.id"], name=op.f("fk_indicators_clause_id")),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["units.id"], name=op.f("fk_indicators_lead_unit_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_indicators_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicators")),
        sa.UniqueConstraint("clause_id", name=op.f("uq_indicators_clause_id")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_indicators_programme_id_number")),
    )
    op.create_index(op.f("ix_indicators_lead_unit_id"), "indicators", ["lead_unit_id"], unique=False)
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "responsibility",
                "indicator",
                "report",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column(
            "role",
            sa.Enum("lead", "support", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("is_request", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("deadline_wording", sa.Text(), nullable=True),
        sa.Column("recurrence", sa.Text(), nullable=True),
        sa.Column("last_day", sa.Text(), nullable=True),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("retired_in", sa.Integer(), nullable=True),
        sa.CheckConstraint("(kind = 'indicator') = (indicator_id IS NOT NULL)", name=op.f("ck_duties_indicator_named")),
        sa.CheckConstraint(
            "CASE WHEN kind = 'report' THEN num_nonnulls(unit_id, class_id) = 0 ELSE num_nonnulls(unit_id, class_id) = 1 END",
            name=op.f("ck_duties_one_addressee"),
        ),
        sa.ForeignKeyConstraint(["class_id"], ["unit_classes.id"], name=op.f("fk_duties_class_id")),
        sa.ForeignKeyConstraint(["clause_id"], ["clauses.id"], name=op.f("fk_duties_clause_id")),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicators.id"], name=op.f("fk_duties_indicator_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_duties_programme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_duties_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint("programme_id", "key", name=op.f("uq_duties_programme_id_key")),
    )
    op.create_index(op.f("ix_duties_clause_id"), "duties", ["clause_id"], unique=False)
    op.create_table(
        "indicator_support",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicators.id"], name=op.f("fk_indicator_support_indicator_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_indicator_support_unit_id")),
        sa.PrimaryKeyConstraint("indicator_id", "unit_id", name=op.f("pk_indicator_support")),
    )
    op.create_table(
        "measures",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "better",
            sa.Enum("up", "down", "range", name="better", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("per", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=True),
        sa.CheckConstraint("per > 0", name=op.f("ck_measures_per_positive")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicators.id"], name=op.f("fk_measures_indicator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measures")),
        sa.UniqueConstraint("indicator_id", "position", name=op.f("uq_measures_indicator_id_position")),
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("duty_id", sa.Integer(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("expected_result", sa.Text(), nullable=False),
        sa.Column("is_request", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("owner_may_submit", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "assigned",
                "in_progress",
                "submitted",
                "completed",
                "declined",
                "suspended",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "suspended_from",
            sa.Enum(
                "draft",
                "assigned",
                "in_progress",
                "submitted",
                "completed",
                "declined",
                "suspended",
                "cancelled",
                name="suspended_from_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("nominal_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("last_update_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(state = 'suspended') = (suspended_from IS NOT NULL)", name=op.f("ck_assignments_suspended_from")
        ),
        sa.CheckConstraint(
            "state <> 'in_progress' OR owner_id IS NOT NULL", name=op.f("ck_assignments_in_progress_has_owner")
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'completed') OR submitted_on IS NOT NULL",
            name=op.f("ck_assignments_submitted_on"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(due_on, nominal_due_on, original_due_on) IN (0, 3)",
            name=op.f("ck_assignments_due_dates_together"),
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_assignments_percent")),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_assignments_duty_id")),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["units.id"], name=op.f("fk_assignments_lead_unit_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_assignments_owner_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_assignments_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("duty_id", "lead_unit_id", "year", name=op.f("uq_assignments_duty_id_lead_unit_id_year")),
    )
    op.create_index(op.f("ix_assignments_lead_unit_id_state"), "assignments", ["lead_unit_id", "state"], unique=False)
    op.create_index(op.f("ix_assignments_owner_id"), "assignments", ["owner_id"], unique=False)
    op.create_index(op.f("ix_assignments_programme_id_year"), "assignments", ["programme_id", "year"], unique=False)
    op.create_index(
        "ix_assignments_sweep",
        "assignments",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state IN ('assigned', 'in_progress')"),
    )
    op.create_table(
        "targets",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("comparator", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("upper", sa.Numeric(), nullable=True),
        sa.CheckConstraint("(comparator = 'range') = (upper IS NOT NULL)", name=op.f("ck_targets_range_has_upper")),
        sa.CheckConstraint(
            "comparator IN ('>=', '<=', '<', '>', '=', 'maintain', 'range')", name=op.f("ck_targets_comparator")
        ),
        sa.CheckConstraint("upper IS NULL OR upper >= value", name=op.f("ck_targets_range_in_order")),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measures.id"], name=op.f("fk_targets_measure_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint(
            "measure_id", "year", name=op.f("uq_targets_measure_id_year"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "coordinating_units",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_coordinating_units_assignment_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_coordinating_units_unit_id")),
        sa.PrimaryKeyConstraint("assignment_id", "unit_id", name=op.f("pk_coordinating_units")),
    )
    op.create_index(op.f("ix_coordinating_units_unit_id"), "coordinating_units", ["unit_id"], unique=False)
    op.create_table(
        "escalations",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step_offset", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_escalations_assignment_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_escalations_outbox_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_escalations_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint(
            "assignment_id",
            "due_on",
            "step_offset",
            "role",
            "recipient_id",
            name="uq_escalations_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_escalations_outbox_id"), "escalations", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_escalations_recipient_id"), "escalations", ["recipient_id"], unique=False)
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decision IS DISTINCT FROM 'returned' OR reason IS NOT NULL", name=op.f("ck_rounds_return_has_reason")
        ),
        sa.CheckConstraint(
            "decision IS NULL OR decision IN ('confirmed', 'returned')", name=op.f("ck_rounds_decision")
        ),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_rounds_decided_together")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_rounds_assignment_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_rounds_decided_by_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["users.id"], name=op.f("fk_rounds_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("assignment_id", "number", name=op.f("uq_rounds_assignment_id_number")),
    )
    op.create_table(
        "updates",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column(
            "signal",
            sa.Enum(
                "on_track",
                "blocked",
                "done",
                "note",
                name="signal",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(btrim(text)) > 0", name=op.f("ck_updates_text_not_blank")),
        sa.CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name=op.f("ck_updates_percent")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_updates_assignment_id")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_updates_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
    )
    op.create_index(
        op.f("ix_updates_assignment_id_created_at"), "updates", ["assignment_id", "created_at"], unique=False
    )
    # The audit trail is append-only, whoever is connected.
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$;
        CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_updates_assignment_id_created_at"), table_name="updates")
    op.drop_table("updates")
    op.drop_table("rounds")
    op.drop_index(op.f("ix_escalations_recipient_id"), table_name="escalations")
    op.drop_index(op.f("ix_escalations_outbox_id"), table_name="escalations")
    op.drop_table("escalations")
    op.drop_index(op.f("ix_coordinating_units_unit_id"), table_name="coordinating_units")
    op.drop_table("coordinating_units")
    op.drop_table("targets")
    op.drop_index(
        "ix_assignments_sweep",
        table_name="assignments",
        postgresql_where=sa.text("state IN ('assigned', 'in_progress')"),
    )
    op.drop_index(op.f("ix_assignments_programme_id_year"), table_name="assignments")
    op.drop_index(op.f("ix_assignments_owner_id"), table_name="assignments")
    op.drop_index(op.f("ix_assignments_lead_unit_id_state"), table_name="assignments")
    op.drop_table("assignments")
    op.drop_table("measures")
    op.drop_table("indicator_support")
    op.drop_index(op.f("ix_duties_clause_id"), table_name="duties")
    op.drop_table("duties")
    op.drop_index(op.f("ix_indicators_lead_unit_id"), table_name="indicators")
    op.drop_table("indicators")
    op.drop_index(op.f("ix_standing_offices_unit_id"), table_name="standing_offices")
    op.drop_table("standing_offices")
    op.drop_table("programme_versions")
    op.drop_index(op.f("ix_mail_tries_outbox_id"), table_name="mail_tries")
    op.drop_table("mail_tries")
    op.drop_table("ladder_steps")
    op.drop_table("consolidated_reports")
    op.drop_index(op.f("ix_clauses_parent_id"), table_name="clauses")
    op.drop_table("clauses")
    op.drop_index(op.f("ix_unit_class_members_unit_id"), table_name="unit_class_members")
    op.drop_table("unit_class_members")
    op.drop_table("programmes")
    op.drop_index(op.f("ix_posts_unit_id_role"), table_name="posts")
    op.drop_table("posts")
    op.drop_index(op.f("ix_outbox_recipient_id"), table_name="outbox")
    op.drop_index("ix_outbox_due", table_name="outbox", postgresql_where=sa.text("state IN ('queued', 'sending')"))
    op.drop_table("outbox")
    op.drop_index(op.f("ix_login_sessions_user_id"), table_name="login_sessions")
    op.drop_table("login_sessions")
    op.drop_index(op.f("ix_audit_events_subject_type_subject_id"), table_name="audit_events")
    op.drop_table("audit_events")
    op.drop_table("users")
    op.drop_index(op.f("ix_units_parent_id"), table_name="units")
    op.drop_table("units")
    op.drop_table("unit_classes")
    op.drop_table("day_overrides")
    op.execute("DROP FUNCTION refuse_change()")
