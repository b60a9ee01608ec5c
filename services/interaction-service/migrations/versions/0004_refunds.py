"""Refunds and corrections of purchases."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS: Final[tuple[str, ...]] = (
    """
    ALTER TABLE purchases
        ADD COLUMN refunded numeric NOT NULL DEFAULT 0,
        ADD COLUMN corrected_total numeric,
        ADD COLUMN corrected_items json,
        ADD COLUMN returned integer[],
        ADD CONSTRAINT purchases_never_refunded_beyond
            CHECK (refunded >= 0 AND refunded <= coalesce(corrected_total, total))
    """,
    """
    ALTER TABLE purchase_counters ADD COLUMN refunded numeric NOT NULL DEFAULT 0
    """,
    """
    CREATE TABLE purchase_refunds (
        id uuid PRIMARY KEY,
        purchase_id uuid NOT NULL REFERENCES purchases,
        customer_id uuid NOT NULL,
        source text NOT NULL,
        external_id text NOT NULL,
        occurred_at timestamptz NOT NULL,
        amount numeric NOT NULL CHECK (amount > 0),
        currency char(3) NOT NULL,
        items json NOT NULL,
        reason text,
        refunded_total numeric NOT NULL,
        purchase_total numeric NOT NULL,
        fingerprint uuid NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    """
    CREATE UNIQUE INDEX purchase_refunds_external ON purchase_refunds (source, external_id)
    """,
    """
    CREATE INDEX purchase_refunds_of ON purchase_refunds (purchase_id, id)
    """,
    """
    CREATE TABLE purchase_corrections (
        id uuid PRIMARY KEY,
        purchase_id uuid NOT NULL REFERENCES purchases,
        customer_id uuid NOT NULL,
        source text NOT NULL,
        external_id text NOT NULL,
        occurred_at timestamptz NOT NULL,
        total numeric NOT NULL,
        previous_total numeric NOT NULL,
        currency char(3) NOT NULL,
        items json NOT NULL,
        reason text,
        fingerprint uuid NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    """
    CREATE UNIQUE INDEX purchase_corrections_external ON purchase_corrections (source, external_id)
    """,
    """
    CREATE INDEX purchase_corrections_of ON purchase_corrections (purchase_id, id)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
