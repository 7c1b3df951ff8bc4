"""upcoming steps: the day on which the sweep looks at an assignment next, kept by triggers"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# '0001-01-01' is "look at once". Whatever moves a step makes the sweep look anew: state, deadline or kind of an
# assignment, a new ladder, another working day.
TRIGGERS = """
CREATE FUNCTION keep_upcoming_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('assigned', 'in_progress') AND NEW.due_on IS NOT NULL THEN
        INSERT INTO upcoming_steps (assignment_id, step_on) VALUES (NEW.id, '0001-01-01')
        ON CONFLICT (assignment_id) DO UPDATE SET step_on = excluded.step_on;
    ELSE
        DELETE FROM upcoming_steps WHERE assignment_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER upcoming_step_of_new AFTER INSERT ON assignments
    FOR EACH ROW EXECUTE FUNCTION keep_upcoming_step();
CREATE TRIGGER upcoming_step_of_changed AFTER UPDATE OF state, due_on, starred, is_request ON assignments
    FOR EACH ROW WHEN ((OLD.state, OLD.due_on, OLD.starred, OLD.is_request)
        IS DISTINCT FROM (NEW.state, NEW.due_on, NEW.starred, NEW.is_request))
    EXECUTE FUNCTION keep_upcoming_step();

CREATE FUNCTION look_at_all_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE upcoming_steps SET step_on = '0001-01-01' WHERE step_on IS DISTINCT FROM '0001-01-01';
    RETURN NULL;
END $$;

CREATE TRIGGER steps_of_another_calendar AFTER INSERT OR UPDATE OR DELETE ON day_overrides
    FOR EACH STATEMENT EXECUTE FUNCTION look_at_all_steps();

CREATE FUNCTION look_at_steps_of_programme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE upcoming_steps SET step_on = '0001-01-01' FROM assignments
    WHERE assignments.id = upcoming_steps.assignment_id AND assignments.programme_id = NEW.programme_id
        AND step_on IS DISTINCT FROM '0001-01-01';
    RETURN NULL;
END $$;

CREATE TRIGGER steps_of_another_ladder AFTER INSERT ON ladder_versions
    FOR EACH ROW EXECUTE FUNCTION look_at_steps_of_programme();
"""

WITHOUT_TRIGGERS = """
DROP TRIGGER steps_of_another_ladder ON ladder_versions;
DROP FUNCTION look_at_steps_of_programme;
DROP TRIGGER steps_of_another_calendar ON day_overrides;
DROP FUNCTION look_at_all_steps;
DROP TRIGGER upcoming_step_of_changed ON assignments;
DROP TRIGGER upcoming_step_of_new ON assignments;
DROP FUNCTION keep_upcoming_step;
"""


def upgrade() -> None:
    op.create_table(
        "upcoming_steps",
        sa.Column("assignment_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_upcoming_steps_assignment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_upcoming_steps")),
    )
    op.execute(
        "INSERT INTO upcoming_steps SELECT id, '0001-01-01' FROM assignments"
        " WHERE state IN ('assigned', 'in_progress') AND due_on IS NOT NULL"
    )
    op.create_index("ix_upcoming_steps_step_on", "upcoming_steps", ["step_on"])
    op.drop_index("ix_assignments_sweep", table_name="assignments")
    op.execute(TRIGGERS)
    for column in ("not_before", "created_at"):
        op.alter_column("outbox", column, server_default=sa.func.now())


def downgrade() -> None:
    for column in ("not_before", "created_at"):
        op.alter_column("outbox", column, server_default=None)
    op.execute(WITHOUT_TRIGGERS)
    op.create_index(
        "ix_assignments_sweep",
        "assignments",
        ["due_on"],
        postgresql_where=sa.text("state IN ('assigned', 'in_progress')"),
    )
    op.drop_table("upcoming_steps")
