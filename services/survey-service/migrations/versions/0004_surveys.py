"""Surveys and their published versions."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE surveys (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        status text NOT NULL CHECK (status IN ('draft', 'published', 'closed')),
        draft json NOT NULL,
        current_version integer,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text NOT NULL,
        published_at timestamptz,
        closed_at timestamptz,
        version integer NOT NULL DEFAULT 1
    )
    """,
    "CREATE UNIQUE INDEX surveys_code ON surveys (code)",
    """
    CREATE TABLE survey_versions (
        survey_id uuid NOT NULL REFERENCES surveys (id),
        version integer NOT NULL CHECK (version > 0),
        definition json NOT NULL,
        published_at timestamptz NOT NULL,
        published_by text NOT NULL,
        PRIMARY KEY (survey_id, version)
    )
    """,
    """
    CREATE FUNCTION refuse_change_of_survey_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a published version of a survey never changes' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER survey_versions_are_immutable BEFORE UPDATE OR DELETE ON survey_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_survey_version()
    """,
    """
    CREATE TRIGGER survey_versions_are_kept BEFORE TRUNCATE ON survey_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_survey_version()
    """,
    "ALTER TABLE surveys ADD FOREIGN KEY (id, current_version) REFERENCES survey_versions (survey_id, version)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
