"""The customer record, its identifiers, its history, and the tables of eventing."""

from __future__ import annotations

from alembic import op

from hamdel.messaging.schema import CONSUMER_V1, HTTP_V1, OUTBOX_V1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PROFILE_V1 = (
    """
    CREATE TABLE customers (
        id uuid PRIMARY KEY,
        version bigint NOT NULL,
        kind text NOT NULL,
        given_name text,
        family_name text,
        display_name text,
        birth_date date,
        gender text,
        occupation text,
        income_band text,
        address jsonb,
        latitude double precision,
        longitude double precision,
        language text,
        timezone text,
        interests text[] NOT NULL,
        preferences jsonb NOT NULL,
        special_needs text,
        attributes jsonb NOT NULL,
        tags text[] NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE identifiers (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL REFERENCES customers (id) DEFERRABLE INITIALLY DEFERRED,
        type text NOT NULL,
        raw text NOT NULL,
        canonical text NOT NULL,
        normaliser_version smallint NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX identifiers_unique ON identifiers (type, canonical)",
    "CREATE INDEX identifiers_customer ON identifiers (customer_id, id)",
    """
    CREATE TABLE customer_history (
        customer_id uuid NOT NULL,
        version bigint NOT NULL,
        ordinal integer NOT NULL,
        field text NOT NULL,
        old jsonb,
        new jsonb,
        actor text NOT NULL,
        source text NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (customer_id, version, ordinal)
    )
    """,
)


def upgrade() -> None:
    for statement in (*OUTBOX_V1, *CONSUMER_V1, *HTTP_V1, *PROFILE_V1):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
