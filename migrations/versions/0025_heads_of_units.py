"""how many people sign for a unit and are reached by mail, kept by triggers, so that a page need not look everybody up"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WITHOUT, LATER, AWAY = "ix_units_without_heads", "ix_posts_valid_from", "ix_delegations_valid_to"
TRIGGERS = """
    -- Whoever holds the rows of the units counts last, and so sees what others changed.
    CREATE FUNCTION count_heads(of_units integer[]) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM units WHERE id = ANY(of_units) ORDER BY id FOR NO KEY UPDATE;
        UPDATE units SET heads = (
            SELECT count(*) FROM posts AS p JOIN users AS u ON u.id = p.user_id
            WHERE p.unit_id = units.id AND p.role IN ('head', 'deputy') AND p.valid_to IS NULL
                AND (NOT u.active OR u.email IS NULL OR u.dead_email = u.email) IS NOT TRUE
        ) WHERE id = ANY(of_units);
    END $$;

    -- The people are held first: who is made inactive meanwhile waits, and then finds this post among theirs.
    CREATE FUNCTION count_heads_of_post() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        counted integer[] := ARRAY(
            SELECT unit_id FROM (VALUES (OLD.unit_id, OLD.role, OLD.valid_to), (NEW.unit_id, NEW.role, NEW.valid_to))
                AS post (unit_id, role, valid_to)
            WHERE role IN ('head', 'deputy') AND valid_to IS NULL
        );
    BEGIN
        IF cardinality(counted) > 0 THEN
            PERFORM FROM users WHERE id IN (OLD.user_id, NEW.user_id) ORDER BY id FOR SHARE;
            PERFORM count_heads(counted);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER posts_heads AFTER INSERT OR DELETE OR UPDATE OF user_id, unit_id, role, valid_to ON posts
        FOR EACH ROW EXECUTE FUNCTION count_heads_of_post();

    CREATE FUNCTION count_heads_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM count_heads(ARRAY(
            SELECT unit_id FROM posts WHERE user_id = NEW.id AND role IN ('head', 'deputy') AND valid_to IS NULL
        ));
        RETURN NULL;
    END $$;
    CREATE TRIGGER users_heads AFTER UPDATE OF active, email, dead_email ON users FOR EACH ROW
        WHEN ((OLD.active, OLD.email, OLD.dead_email) IS DISTINCT FROM (NEW.active, NEW.email, NEW.dead_email))
        EXECUTE FUNCTION count_heads_of_user();

    SELECT count_heads(ARRAY(SELECT id FROM units));
"""
WITHOUT_TRIGGERS = """
    DROP TRIGGER users_heads ON users;
    DROP TRIGGER posts_heads ON posts;
    DROP FUNCTION count_heads_of_user;
    DROP FUNCTION count_heads_of_post;
    DROP FUNCTION count_heads;
"""


def upgrade() -> None:
    op.add_column("units", sa.Column("heads", sa.Integer(), server_default="0", nullable=False))
    op.create_index(WITHOUT, "units", ["id"], postgresql_where=sa.text("heads = 0"))
    op.create_index(LATER, "posts", ["valid_from"])
    op.create_index(AWAY, "delegations", ["valid_to"], postgresql_where=sa.text("ended_at IS NULL"))
    op.execute(TRIGGERS)


def downgrade() -> None:
    op.execute(WITHOUT_TRIGGERS)
    op.drop_index(AWAY, "delegations")
    op.drop_index(LATER, "posts")
    op.drop_index(WITHOUT, "units")
    op.drop_column("units", "heads")
