"""Suggestions of duplicates."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE duplicates (
        id uuid PRIMARY KEY,
        customer_a uuid NOT NULL REFERENCES customers (id),
        customer_b uuid NOT NULL REFERENCES customers (id),
        score double precision NOT NULL,
        evidence jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'merged', 'dismissed')),
        model_version smallint NOT NULL,
        found_at timestamptz NOT NULL,
        decided_at timestamptz,
        decided_by text,
        reason text,
        CHECK (customer_a < customer_b)
    )
    """,
    "CREATE UNIQUE INDEX duplicates_pair ON duplicates (customer_a, customer_b)",
    "CREATE INDEX duplicates_other ON duplicates (customer_b)",
    "CREATE INDEX duplicates_page ON duplicates (status, score DESC, id)",
    """
    CREATE TABLE duplicate_queue (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        customer_id uuid NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """,
    "INSERT INTO duplicate_queue (customer_id) SELECT id FROM customers ORDER BY id",
    """
    CREATE TABLE duplicate_keys (
        key bigint NOT NULL,
        customer_id uuid NOT NULL,
        PRIMARY KEY (key, customer_id)
    )
    """,
    "CREATE INDEX duplicate_keys_customer ON duplicate_keys (customer_id)",
    """
    CREATE TABLE duplicate_scans (
        id uuid PRIMARY KEY,
        status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
        attempts integer NOT NULL DEFAULT 0,
        requested_at timestamptz NOT NULL,
        requested_by text NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        customers integer,
        compared bigint,
        suggested integer,
        same_rate double precision,
        related_rate double precision
    )
    """,
    "CREATE UNIQUE INDEX duplicate_scans_one ON duplicate_scans ((true)) WHERE status = 'queued'",
    "CREATE INDEX duplicate_scans_finished ON duplicate_scans (finished_at) WHERE status = 'done'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
