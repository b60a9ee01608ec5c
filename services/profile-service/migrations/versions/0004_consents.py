"""Consent with proof."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE consents (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL REFERENCES customers (id) DEFERRABLE INITIALLY DEFERRED,
        ordinal integer NOT NULL,
        purpose text NOT NULL,
        channel text NOT NULL,
        status text NOT NULL CHECK (status IN ('granted', 'denied', 'withdrawn', 'pending')),
        legal_basis text NOT NULL,
        source text NOT NULL,
        evidence json NOT NULL,
        valid_from timestamptz NOT NULL,
        valid_to timestamptz CHECK (valid_to > valid_from),
        token_hash bytea,
        token_expires_at timestamptz,
        confirms uuid REFERENCES consents (id),
        recorded_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        previous_hash bytea,
        hash bytea NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX consents_chain ON consents (customer_id, ordinal)",
    "CREATE UNIQUE INDEX consents_token ON consents (token_hash) WHERE token_hash IS NOT NULL",
    "CREATE UNIQUE INDEX consents_confirmed ON consents (confirms) WHERE confirms IS NOT NULL",
    """
    CREATE FUNCTION consents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'consents is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
    END
    $$
    """,
    """
    CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consents
        FOR EACH STATEMENT EXECUTE FUNCTION consents_refuse_change()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
