"""Counts kept beside the responses."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Counters change far more often than they are born: room on each page keeps the changes off the index.
STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE result_counts (
        survey_id uuid NOT NULL,
        slice text NOT NULL,
        question text NOT NULL,
        version integer NOT NULL,
        day date NOT NULL,
        member text NOT NULL,
        item text NOT NULL,
        value text NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (survey_id, slice, question, version, day, member, item, value)
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
