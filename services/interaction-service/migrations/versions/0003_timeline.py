"""Entries of the timeline that other services tell of, and the words to search by."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE timeline_entries (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        type text NOT NULL,
        kind text NOT NULL,
        channel text,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        summary json NOT NULL
    )
    """,
    """
    CREATE INDEX timeline_entries_timeline ON timeline_entries (customer_id, occurred_at, id, channel, kind, type)
    """,
    "ALTER TABLE interactions ADD COLUMN attachments json",
    """
    CREATE TABLE search_entries (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        customer_id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        words tsvector NOT NULL
    )
    """,
    "CREATE INDEX search_entries_words ON search_entries USING gin (words)",
    "CREATE INDEX search_entries_newest ON search_entries (occurred_at, id)",
    """
    CREATE TABLE search_waiting (
        id uuid NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """,
    """
    INSERT INTO search_waiting SELECT id FROM interactions WHERE subject IS NOT NULL OR body IS NOT NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
