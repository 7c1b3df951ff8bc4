"""filing: what became of a round, why figures came back; rounds and locked texts that nothing rewrites"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEEP_ROUNDS = """
    CREATE FUNCTION keep_filed_round() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'filed_rounds are kept';
        END IF;
        IF OLD.decided_at IS NOT NULL
            OR (OLD.report_id, OLD.number, OLD.content, OLD.submitted_at, OLD.submitted_by_id)
                IS DISTINCT FROM (NEW.report_id, NEW.number, NEW.content, NEW.submitted_at, NEW.submitted_by_id)
            OR OLD.on_behalf_of_id IS DISTINCT FROM NEW.on_behalf_of_id
        THEN
            RAISE EXCEPTION 'filed_rounds never change once they are decided';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER filed_rounds_kept BEFORE UPDATE OR DELETE ON filed_rounds
        FOR EACH ROW EXECUTE FUNCTION keep_filed_round();
"""
LOCK_SECTIONS = """
    CREATE FUNCTION lock_report_section() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM unit_reports WHERE id = OLD.report_id AND state IN ('submitted', 'accepted', 'exempt'))
        THEN
            RAISE EXCEPTION 'a section of a report that was filed is locked';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER report_sections_locked BEFORE UPDATE OF text ON report_sections
        FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text) EXECUTE FUNCTION lock_report_section();
"""


def upgrade() -> None:
    op.add_column("filed_rounds", sa.Column("decision", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_filed_rounds_decision"), "filed_rounds", "decision IN ('accepted', 'returned', 'withdrawn')"
    )
    op.create_check_constraint(
        op.f("ck_filed_rounds_decision_with_day"), "filed_rounds", "(decision IS NULL) = (decided_at IS NULL)"
    )
    op.add_column("unit_reports", sa.Column("figures_returned", sa.Text(), nullable=True))
    op.execute(KEEP_ROUNDS)
    op.execute(LOCK_SECTIONS)


def downgrade() -> None:
    op.execute("DROP TRIGGER report_sections_locked ON report_sections")
    op.execute("DROP FUNCTION lock_report_section")
    op.execute("DROP TRIGGER filed_rounds_kept ON filed_rounds")
    op.execute("DROP FUNCTION keep_filed_round")
    op.drop_column("unit_reports", "figures_returned")
    op.drop_constraint(op.f("ck_filed_rounds_decision_with_day"), "filed_rounds", type_="check")
    op.drop_constraint(op.f("ck_filed_rounds_decision"), "filed_rounds", type_="check")
    op.drop_column("filed_rounds", "decision")
