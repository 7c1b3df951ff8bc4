"""working with assignments"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# How an assignment stood at the end of each day. A clock that jumped back does not write before what is written.
# The first deadline of an assignment is never overwritten.
HISTORY = """
    CREATE FUNCTION remember_standing() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO past_standings (assignment_id, since, lead_unit_id, state, due_on, submitted_on)
        VALUES (
            NEW.id,
            greatest(NEW.changed_on, (SELECT max(since) FROM past_standings WHERE assignment_id = NEW.id)),
            NEW.lead_unit_id, NEW.state, NEW.due_on, NEW.submitted_on
        )
        ON CONFLICT (assignment_id, since) DO UPDATE SET
            lead_unit_id = EXCLUDED.lead_unit_id, state = EXCLUDED.state,
            due_on = EXCLUDED.due_on, submitted_on = EXCLUDED.submitted_on;
        RETURN NULL;
    END $$;
    CREATE TRIGGER assignments_opened AFTER INSERT ON assignments
        FOR EACH ROW EXECUTE FUNCTION remember_standing();
    CREATE TRIGGER assignments_changed AFTER UPDATE ON assignments FOR EACH ROW
        WHEN ((OLD.lead_unit_id, OLD.state, OLD.due_on, OLD.submitted_on)
            IS DISTINCT FROM (NEW.lead_unit_id, NEW.state, NEW.due_on, NEW.submitted_on))
        EXECUTE FUNCTION remember_standing();

    CREATE FUNCTION keep_original_due_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the original due date of an assignment never changes';
    END $$;
    CREATE TRIGGER assignments_original_due_on BEFORE UPDATE ON assignments FOR EACH ROW
        WHEN (OLD.original_due_on IS NOT NULL AND NEW.original_due_on IS DISTINCT FROM OLD.original_due_on)
        EXECUTE FUNCTION keep_original_due_on();
"""

# Counters as +1 and -1 rows: nobody waits for anybody else's row.
TALLIES = """
    CREATE TYPE tally_key AS (
        programme_id integer, year integer, lead_unit_id integer, state text, klass text, due_on date
    );
    CREATE FUNCTION tally_key(one assignments) RETURNS tally_key LANGUAGE sql IMMUTABLE AS $$
        SELECT ROW(
            one.programme_id, one.year, one.lead_unit_id, one.state, klass, CASE WHEN klass IS NULL THEN one.due_on END
        )::tally_key
        FROM (SELECT CASE
            WHEN one.state = 'completed' AND (one.due_on IS NULL OR one.submitted_on = one.due_on) THEN 'done_on_time'
            WHEN one.state = 'completed' AND one.submitted_on < one.due_on THEN 'done_early'
            WHEN one.state = 'completed' THEN 'done_late'
            WHEN one.due_on IS NULL THEN 'no_deadline'
            WHEN one.state IN ('draft', 'suspended', 'cancelled') THEN 'not_due'
            WHEN one.state = 'submitted' AND one.submitted_on > one.due_on THEN 'overdue'
            WHEN one.state = 'submitted' THEN 'not_due'
        END AS klass) AS known
    $$;
    CREATE FUNCTION count_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        key tally_key;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            key := tally_key(OLD);
            INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, n)
            VALUES (key.programme_id, key.year, key.lead_unit_id, key.state, key.klass, key.due_on, -1);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            key := tally_key(NEW);
            INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, n)
            VALUES (key.programme_id, key.year, key.lead_unit_id, key.state, key.klass, key.due_on, 1);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER assignments_counted AFTER INSERT OR DELETE ON assignments
        FOR EACH ROW EXECUTE FUNCTION count_assignment();
    CREATE TRIGGER assignments_recounted AFTER UPDATE ON assignments FOR EACH ROW
        WHEN ((OLD.programme_id, OLD.year, OLD.lead_unit_id, OLD.state, OLD.due_on, OLD.submitted_on)
            IS DISTINCT FROM (NEW.programme_id, NEW.year, NEW.lead_unit_id, NEW.state, NEW.due_on, NEW.submitted_on))
        EXECUTE FUNCTION count_assignment();
"""

# The words of an assignment, folded as `tracker.rules.text.fold` does.
SEARCH = """
    CREATE FUNCTION fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT btrim(regexp_replace(
            lower(regexp_replace(normalize(translate(words, 'đĐ', 'dd'), NFKD), '[\\u0300-\\u036f]', '', 'g')),
            '[^0-9a-z]+', ' ', 'g'
        ))
    $$;
    CREATE FUNCTION search_words(id_ integer) RETURNS tsvector LANGUAGE sql STABLE AS $$
        SELECT setweight(to_tsvector('simple', fold(one.text)), 'A')
            || setweight(to_tsvector('simple', fold(
                concat_ws(' ', clauses.ref, units.name, units.short_name, one.expected_result)
            )), 'B')
            || setweight(to_tsvector('simple', fold(left(coalesce(
                (SELECT string_agg(result, ' ') FROM rounds WHERE assignment_id = id_), ''
            ), 100000))), 'C')
            || to_tsvector('simple', fold(left(concat_ws(' ',
                (SELECT string_agg(text, ' ' ORDER BY id DESC) FROM updates
                    WHERE assignment_id = id_ AND undone_at IS NULL),
                (SELECT string_agg(text, ' ' ORDER BY id DESC) FROM comments WHERE assignment_id = id_)
            ), 100000)))
            || to_tsvector('simple', concat_ws(' ', 'programme' || one.programme_id, 'unit' || one.lead_unit_id,
                (SELECT string_agg('unit' || unit_id, ' ') FROM coordinating_units WHERE assignment_id = id_),
                (SELECT 'unit' || whole.lead_unit_id FROM assignments AS whole WHERE whole.id = one.parent_id)))
        FROM assignments AS one
        JOIN units ON units.id = one.lead_unit_id
        JOIN duties ON duties.id = one.duty_id
        JOIN clauses ON clauses.id = duties.clause_id
        WHERE one.id = id_
    $$;
    CREATE FUNCTION refresh_search() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        id_ integer;
    BEGIN
        IF TG_TABLE_NAME = 'assignments' THEN
            id_ := NEW.id;
        ELSIF TG_OP = 'DELETE' THEN
            id_ := OLD.assignment_id;
        ELSE
            id_ := NEW.assignment_id;
        END IF;
        -- First the lock, then the words: a statement of its own sees what was committed while it waited.
        PERFORM FROM search_documents WHERE assignment_id = id_ FOR UPDATE;
        IF FOUND THEN
            UPDATE search_documents SET words = search_words(id_) WHERE assignment_id = id_;
        ELSE
            INSERT INTO search_documents (assignment_id, words)
            SELECT id_, search_words(id_) WHERE EXISTS (SELECT FROM assignments WHERE id = id_)
            ON CONFLICT (assignment_id) DO UPDATE SET words = EXCLUDED.words;
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER assignments_words
        AFTER INSERT OR UPDATE OF text, expected_result, lead_unit_id, programme_id, parent_id ON assignments
        FOR EACH ROW EXECUTE FUNCTION refresh_search();
    -- The lead of a whole finds its parts.
    CREATE FUNCTION refresh_search_of_parts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM search_documents
        WHERE assignment_id IN (SELECT id FROM assignments WHERE parent_id = NEW.id)
        ORDER BY assignment_id FOR UPDATE;
        UPDATE search_documents SET words = search_words(assignment_id)
        WHERE assignment_id IN (SELECT id FROM assignments WHERE parent_id = NEW.id);
        RETURN NULL;
    END $$;
    CREATE TRIGGER assignments_words_of_parts AFTER UPDATE OF lead_unit_id ON assignments
        FOR EACH ROW WHEN (OLD.lead_unit_id <> NEW.lead_unit_id) EXECUTE FUNCTION refresh_search_of_parts();
    CREATE TRIGGER coordinating_units_words AFTER INSERT OR DELETE ON coordinating_units
        FOR EACH ROW EXECUTE FUNCTION refresh_search();
    CREATE TRIGGER rounds_words AFTER INSERT ON rounds FOR EACH ROW EXECUTE FUNCTION refresh_search();
    CREATE TRIGGER updates_words AFTER INSERT OR UPDATE OF undone_at ON updates
        FOR EACH ROW EXECUTE FUNCTION refresh_search();
    CREATE FUNCTION refresh_search_of_unit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM search_documents
        WHERE assignment_id IN (SELECT id FROM assignments WHERE lead_unit_id = NEW.id)
        ORDER BY assignment_id FOR UPDATE;
        UPDATE search_documents SET words = search_words(assignment_id)
        WHERE assignment_id IN (SELECT id FROM assignments WHERE lead_unit_id = NEW.id);
        RETURN NULL;
    END $$;
    CREATE TRIGGER units_words AFTER UPDATE OF name, short_name ON units
        FOR EACH ROW WHEN ((OLD.name, OLD.short_name) IS DISTINCT FROM (NEW.name, NEW.short_name))
        EXECUTE FUNCTION refresh_search_of_unit();
    CREATE TRIGGER comments_words AFTER INSERT ON comments FOR EACH ROW EXECUTE FUNCTION refresh_search();
"""

WITHOUT_TRIGGERS = """
    DROP TRIGGER units_words ON units;
    DROP TRIGGER comments_words ON comments;
    DROP TRIGGER updates_words ON updates;
    DROP TRIGGER rounds_words ON rounds;
    DROP TRIGGER coordinating_units_words ON coordinating_units;
    DROP TRIGGER assignments_words_of_parts ON assignments;
    DROP TRIGGER assignments_words ON assignments;
    DROP TRIGGER assignments_recounted ON assignments;
    DROP TRIGGER assignments_counted ON assignments;
    DROP TRIGGER assignments_original_due_on ON assignments;
    DROP TRIGGER assignments_changed ON assignments;
    DROP TRIGGER assignments_opened ON assignments;
    DROP FUNCTION refresh_search, refresh_search_of_parts, refresh_search_of_unit, search_words, fold, count_assignment, keep_original_due_on, remember_standing;
    DROP FUNCTION tally_key(assignments);
    DROP TYPE tally_key;
"""


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("klass", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
    )
    op.create_index(
        "ix_tallies_key",
        "tallies",
        ["programme_id", "year", "lead_unit_id"],
        unique=False,
        postgresql_include=["state", "klass", "due_on", "n"],
    )
    op.create_table(
        "used_forms",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_used_forms")),
    )
    op.create_index(op.f("ix_used_forms_used_at"), "used_forms", ["used_at"], unique=False)
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_calendar_feeds_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_feeds_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
    )
    op.create_index(op.f("ix_calendar_feeds_user_id"), "calendar_feeds", ["user_id"], unique=False)
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("absent_id", sa.Integer(), nullable=False),
        sa.Column("acting_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("absent_id <> acting_id", name=op.f("ck_delegations_two_people")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_delegations_dates_in_order")),
        postgresql.ExcludeConstraint(
            (sa.text("int4range(unit_id, unit_id, '[]')"), "&&"),
            (sa.text("int4range(absent_id, absent_id, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=sa.text("ended_at IS NULL"),
            name=op.f("ex_delegations_one_at_a_time"),
        ),
        sa.ForeignKeyConstraint(["absent_id"], ["users.id"], name=op.f("fk_delegations_absent_id")),
        sa.ForeignKeyConstraint(["acting_id"], ["users.id"], name=op.f("fk_delegations_acting_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["users.id"], name=op.f("fk_delegations_made_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_delegations_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index(op.f("ix_delegations_acting_id"), "delegations", ["acting_id"], unique=False)
    op.create_index(op.f("ix_delegations_unit_id"), "delegations", ["unit_id"], unique=False)
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(btrim(name)) > 0", name=op.f("ck_saved_filters_name_not_blank")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_filters_owner_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_saved_filters_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_filters_owner_id_name")),
    )
    op.create_index(op.f("ix_saved_filters_unit_id"), "saved_filters", ["unit_id"], unique=False)
    op.create_table(
        "chases",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(btrim(text)) > 0", name=op.f("ck_chases_text_not_blank")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_chases_assignment_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["users.id"], name=op.f("fk_chases_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chases")),
    )
    op.create_index(op.f("ix_chases_assignment_id"), "chases", ["assignment_id"], unique=False)
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(btrim(text)) > 0", name=op.f("ck_comments_text_not_blank")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_comments_assignment_id")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_comments_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index(
        op.f("ix_comments_assignment_id_created_at"), "comments", ["assignment_id", "created_at"], unique=False
    )
    op.create_table(
        "explanation_requests",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "closed",
                "withdrawn",
                name="explanation_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('answered', 'closed') OR answer IS NOT NULL", name=op.f("ck_explanation_requests_answered")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_explanation_requests_answered_together")
        ),
        sa.CheckConstraint("length(btrim(question)) > 0", name=op.f("ck_explanation_requests_question_not_blank")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_explanation_requests_answered_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_explanation_requests_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_explanation_requests_assignment_id")
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["users.id"], name=op.f("fk_explanation_requests_closed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation_requests")),
    )
    op.create_index(
        op.f("ix_explanation_requests_assignment_id"), "explanation_requests", ["assignment_id"], unique=False
    )
    op.create_index(
        "ix_explanation_requests_open",
        "explanation_requests",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "extension_requests",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_before", sa.Date(), nullable=False),
        sa.Column("asked_due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "proposed",
                "granted",
                "refused",
                "withdrawn",
                name="extension_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_due_on", sa.Date(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('granted', 'proposed') OR decided_due_on IS NOT NULL",
            name=op.f("ck_extension_requests_decided_date"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('refused', 'proposed') OR decision_reason IS NOT NULL",
            name=op.f("ck_extension_requests_refusal_reason"),
        ),
        sa.CheckConstraint("asked_due_on > due_before", name=op.f("ck_extension_requests_later")),
        sa.CheckConstraint("length(btrim(reason)) > 0", name=op.f("ck_extension_requests_reason_not_blank")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_extension_requests_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_extension_requests_assignment_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_extension_requests_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_requests")),
        sa.UniqueConstraint("assignment_id", "number", name=op.f("uq_extension_requests_assignment_id_number")),
    )
    op.create_index(
        "ix_extension_requests_open",
        "extension_requests",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'proposed')"),
    )
    op.create_index(
        "uq_extension_requests_one_open",
        "extension_requests",
        ["assignment_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'proposed')"),
    )
    op.create_table(
        "past_standings",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=False),
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
                name="past_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_past_standings_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["units.id"], name=op.f("fk_past_standings_lead_unit_id")),
        sa.PrimaryKeyConstraint("assignment_id", "since", name=op.f("pk_past_standings")),
    )
    op.create_table(
        "search_documents",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_search_documents_assignment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_search_documents")),
    )
    op.create_index("ix_search_documents_words", "search_documents", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "chase_readers",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("chase_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["chase_id"], ["chases.id"], name=op.f("fk_chase_readers_chase_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_chase_readers_outbox_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_chase_readers_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chase_readers")),
        sa.UniqueConstraint("chase_id", "user_id", name=op.f("uq_chase_readers_chase_id_user_id")),
    )
    op.create_index(op.f("ix_chase_readers_user_id"), "chase_readers", ["user_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_evidence_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_evidence_size")),
        sa.ForeignKeyConstraint(["added_by_id"], ["users.id"], name=op.f("fk_evidence_added_by_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_evidence_assignment_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_evidence_round_id")),
        sa.ForeignKeyConstraint(["update_id"], ["updates.id"], name=op.f("fk_evidence_update_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_assignment_id"), "evidence", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("num_nonnulls(user_id, unit_id) = 1", name=op.f("ck_mentions_one_named")),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_mentions_comment_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_mentions_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mentions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mentions")),
    )
    op.create_index(op.f("ix_mentions_comment_id"), "mentions", ["comment_id"], unique=False)
    op.add_column("assignments", sa.Column("parent_id", sa.Integer(), nullable=True))
    op.add_column("assignments", sa.Column("evidence_required", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("assignments", sa.Column("starred", sa.Boolean(), server_default="false", nullable=False))
    op.add_column(
        "assignments",
        sa.Column(
            "closed", sa.Boolean(), sa.Computed("state IN ('completed', 'cancelled')", persisted=True), nullable=False
        ),
    )
    op.add_column("assignments", sa.Column("changed_on", sa.Date(), nullable=True))
    # What was before is not known: the history of what is there begins today.
    op.execute("UPDATE assignments SET changed_on = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date")
    op.alter_column(
        "assignments",
        "changed_on",
        nullable=False,
        server_default=sa.text("(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"),
    )
    op.create_index(
        "ix_assignments_list",
        "assignments",
        ["programme_id", "closed", sa.text("starred DESC"), "due_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_assignments_list_of_all", "assignments", ["closed", sa.text("starred DESC"), "due_on", "id"], unique=False
    )
    op.create_index(
        "ix_assignments_list_of_unit",
        "assignments",
        ["lead_unit_id", "closed", sa.text("starred DESC"), "due_on", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_assignments_parent_id"), "assignments", ["parent_id"], unique=False)
    op.create_foreign_key(op.f("fk_assignments_parent_id"), "assignments", "assignments", ["parent_id"], ["id"])
    op.add_column(
        "coordinating_units",
        sa.Column(
            "state",
            sa.Enum(
                "named",
                "asked",
                "contributed",
                "not_needed",
                name="coordination_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="named",
            nullable=False,
        ),
    )
    op.add_column("coordinating_units", sa.Column("contact_id", sa.Integer(), nullable=True))
    op.add_column("coordinating_units", sa.Column("question", sa.Text(), nullable=True))
    op.add_column("coordinating_units", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("coordinating_units", sa.Column("asked_by_id", sa.Integer(), nullable=True))
    op.add_column("coordinating_units", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("coordinating_units", sa.Column("contributed_on", sa.Date(), nullable=True))
    op.create_foreign_key(
        op.f("fk_coordinating_units_asked_by_id"), "coordinating_units", "users", ["asked_by_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_coordinating_units_contact_id"), "coordinating_units", "users", ["contact_id"], ["id"]
    )
    op.add_column("programmes", sa.Column("extension_days", sa.Integer(), server_default="3", nullable=False))
    op.add_column("programmes", sa.Column("ranking_threshold", sa.Integer(), server_default="5", nullable=False))
    op.add_column("updates", sa.Column("unit_id", sa.Integer(), nullable=True))
    op.add_column("updates", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_updates_unit_id"), "updates", "units", ["unit_id"], ["id"])
    op.create_check_constraint(op.f("ck_assignments_not_its_own_parent"), "assignments", "parent_id <> id")
    op.create_check_constraint(op.f("ck_programmes_extension_days"), "programmes", "extension_days BETWEEN 0 AND 60")
    op.create_check_constraint(op.f("ck_programmes_ranking_threshold"), "programmes", "ranking_threshold >= 1")
    op.create_check_constraint(
        op.f("ck_coordinating_units_asked_with_date"),
        "coordinating_units",
        "state <> 'asked' OR (asked_at IS NOT NULL AND due_on IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_coordinating_units_contributed_on"),
        "coordinating_units",
        "(state = 'contributed') = (contributed_on IS NOT NULL)",
    )
    op.drop_constraint(op.f("ck_rounds_decision"), "rounds", type_="check")
    op.create_check_constraint(
        op.f("ck_rounds_decision"), "rounds", "decision IS NULL OR decision IN ('confirmed', 'returned', 'withdrawn')"
    )
    op.create_index(
        "ix_assignments_heard",
        "assignments",
        ["programme_id", sa.text("coalesce(last_update_at, created_at)")],
        postgresql_where=sa.text("state IN ('assigned', 'in_progress')"),
    )
    op.create_index(
        "ix_rounds_returned", "rounds", ["assignment_id", "number"], postgresql_where=sa.text("decision = 'returned'")
    )
    op.create_index(
        "ix_coordinating_units_asked", "coordinating_units", ["due_on"], postgresql_where=sa.text("state = 'asked'")
    )
    op.execute(HISTORY)
    op.execute(TALLIES)
    op.execute(SEARCH)
    # What is there already: its history starts today, its counters and its words are made once.
    op.execute(
        "INSERT INTO past_standings SELECT id, changed_on, lead_unit_id, state, due_on, submitted_on FROM assignments"
    )
    op.execute(
        "INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, n) SELECT (key).programme_id, (key).year, (key).lead_unit_id, (key).state, (key).klass, (key).due_on, count(*) FROM (SELECT tally_key(assignments) AS key FROM assignments) AS keys GROUP BY key"
    )
    op.execute("INSERT INTO search_documents SELECT id, search_words(id) FROM assignments")


def downgrade() -> None:
    op.execute(WITHOUT_TRIGGERS)
    op.drop_index("ix_coordinating_units_asked", table_name="coordinating_units")
    op.drop_index("ix_rounds_returned", table_name="rounds")
    op.drop_index("ix_assignments_heard", table_name="assignments")
    op.execute("UPDATE rounds SET decision = 'returned', reason = coalesce(reason, '-') WHERE decision = 'withdrawn'")
    op.drop_constraint(op.f("ck_rounds_decision"), "rounds", type_="check")
    op.create_check_constraint(
        op.f("ck_rounds_decision"), "rounds", "decision IS NULL OR decision IN ('confirmed', 'returned')"
    )
    op.drop_constraint(op.f("fk_updates_unit_id"), "updates", type_="foreignkey")
    op.drop_column("updates", "undone_at")
    op.drop_column("updates", "unit_id")
    op.drop_column("programmes", "ranking_threshold")
    op.drop_column("programmes", "extension_days")
    op.drop_constraint(op.f("fk_coordinating_units_contact_id"), "coordinating_units", type_="foreignkey")
    op.drop_constraint(op.f("fk_coordinating_units_asked_by_id"), "coordinating_units", type_="foreignkey")
    op.drop_column("coordinating_units", "contributed_on")
    op.drop_column("coordinating_units", "due_on")
    op.drop_column("coordinating_units", "asked_by_id")
    op.drop_column("coordinating_units", "asked_at")
    op.drop_column("coordinating_units", "question")
    op.drop_column("coordinating_units", "contact_id")
    op.drop_column("coordinating_units", "state")
    op.drop_constraint(op.f("fk_assignments_parent_id"), "assignments", type_="foreignkey")
    op.drop_index(op.f("ix_assignments_parent_id"), table_name="assignments")
    op.drop_index("ix_assignments_list_of_unit", table_name="assignments")
    op.drop_index("ix_assignments_list_of_all", table_name="assignments")
    op.drop_index("ix_assignments_list", table_name="assignments")
    op.drop_column("assignments", "changed_on")
    op.drop_column("assignments", "closed")
    op.drop_column("assignments", "starred")
    op.drop_column("assignments", "evidence_required")
    op.drop_column("assignments", "parent_id")
    op.drop_index(op.f("ix_mentions_comment_id"), table_name="mentions")
    op.drop_table("mentions")
    op.drop_index(op.f("ix_evidence_sha256"), table_name="evidence")
    op.drop_index(op.f("ix_evidence_assignment_id"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_index(op.f("ix_chase_readers_user_id"), table_name="chase_readers")
    op.drop_table("chase_readers")
    op.drop_index("ix_search_documents_words", table_name="search_documents", postgresql_using="gin")
    op.drop_table("search_documents")
    op.drop_table("past_standings")
    op.drop_index(
        "uq_extension_requests_one_open",
        table_name="extension_requests",
        postgresql_where=sa.text("state IN ('open', 'proposed')"),
    )
    op.drop_index(
        "ix_extension_requests_open",
        table_name="extension_requests",
        postgresql_where=sa.text("state IN ('open', 'proposed')"),
    )
    op.drop_table("extension_requests")
    op.drop_index(
        "ix_explanation_requests_open", table_name="explanation_requests", postgresql_where=sa.text("state = 'open'")
    )
    op.drop_index(op.f("ix_explanation_requests_assignment_id"), table_name="explanation_requests")
    op.drop_table("explanation_requests")
    op.drop_index(op.f("ix_comments_assignment_id_created_at"), table_name="comments")
    op.drop_table("comments")
    op.drop_index(op.f("ix_chases_assignment_id"), table_name="chases")
    op.drop_table("chases")
    op.drop_index(op.f("ix_saved_filters_unit_id"), table_name="saved_filters")
    op.drop_table("saved_filters")
    op.drop_index(op.f("ix_delegations_unit_id"), table_name="delegations")
    op.drop_index(op.f("ix_delegations_acting_id"), table_name="delegations")
    op.drop_table("delegations")
    op.drop_index(op.f("ix_calendar_feeds_user_id"), table_name="calendar_feeds")
    op.drop_table("calendar_feeds")
    op.drop_index(op.f("ix_used_forms_used_at"), table_name="used_forms")
    op.drop_table("used_forms")
    op.drop_index("ix_tallies_key", table_name="tallies", postgresql_include=["state", "klass", "due_on", "n"])
    op.drop_table("tallies")
