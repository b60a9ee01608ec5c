"""Adjustments by hand and their approvals."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE adjustments (
        id uuid PRIMARY KEY,
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        points bigint NOT NULL CHECK (points <> 0),
        reason text NOT NULL,
        allow_negative boolean NOT NULL,
        expires_at timestamptz,
        status text NOT NULL CHECK (status IN ('posted', 'waiting', 'rejected')),
        requested_by text NOT NULL,
        requested_at timestamptz NOT NULL,
        decided_by text,
        decided_at timestamptz,
        entry_id uuid,
        version integer NOT NULL,
        CHECK (status <> 'posted' OR entry_id IS NOT NULL),
        CHECK (status <> 'rejected' OR decided_by IS NOT NULL),
        CHECK (decided_by <> requested_by)
    )
    """,
    "CREATE INDEX adjustments_status ON adjustments (status, id)",
    "CREATE INDEX adjustments_customer ON adjustments (customer_id, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
