"""Known customers, interactions, purchases and the counters kept beside them; the tables of eventing and HTTP."""

from __future__ import annotations

from alembic import op

from hamdel.messaging.schema import CONSUMER_V1, HTTP_V1, OUTBOX_V1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE known_customers (
        customer_id uuid PRIMARY KEY,
        known_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE interactions (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        source text NOT NULL,
        external_id text,
        occurred_at timestamptz NOT NULL,
        channel text NOT NULL,
        direction text NOT NULL,
        kind text NOT NULL,
        subject text,
        body text,
        agent_id text,
        duration_seconds integer,
        outcome text,
        attributes json NOT NULL,
        fingerprint uuid NOT NULL,
        summary text NOT NULL,
        recorded_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE UNIQUE INDEX interactions_external ON interactions (source, external_id) WHERE external_id IS NOT NULL
    """,
    """
    CREATE INDEX interactions_timeline ON interactions (customer_id, occurred_at, id, channel, kind)
    """,
    """
    CREATE TABLE purchases (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        source text NOT NULL,
        external_id text NOT NULL,
        occurred_at timestamptz NOT NULL,
        channel text,
        total numeric NOT NULL,
        currency char(3) NOT NULL,
        items json NOT NULL,
        item_count integer NOT NULL,
        fingerprint uuid NOT NULL,
        summary text NOT NULL,
        recorded_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE UNIQUE INDEX purchases_external ON purchases (source, external_id)
    """,
    """
    CREATE INDEX purchases_timeline ON purchases (customer_id, occurred_at, id, channel)
    """,
    """
    CREATE TABLE interaction_counters (
        customer_id uuid NOT NULL,
        channel text NOT NULL,
        interactions bigint NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (customer_id, channel)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE purchase_counters (
        customer_id uuid NOT NULL,
        currency char(3) NOT NULL,
        purchases bigint NOT NULL,
        total numeric NOT NULL,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (customer_id, currency)
    ) WITH (fillfactor = 70)
    """,
)

TABLES = ("purchase_counters", "interaction_counters", "purchases", "interactions", "known_customers")


def upgrade() -> None:
    for statement in (*OUTBOX_V1, *CONSUMER_V1, *HTTP_V1, *STATEMENTS):
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
