"""Rewards, redemptions and codes for the till."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE rewards (
        id uuid PRIMARY KEY,
        program_id uuid NOT NULL,
        code text NOT NULL,
        kind text NOT NULL,
        name jsonb NOT NULL DEFAULT '{}',
        price_points bigint NOT NULL CHECK (price_points > 0),
        currency text NOT NULL,
        money_amount numeric,
        value_amount numeric,
        value_percent numeric,
        value_maximum numeric,
        stock bigint CHECK (stock >= 0),
        stock_left bigint CHECK (stock_left >= 0 AND stock_left <= stock),
        limit_per_member integer,
        limit_period text NOT NULL,
        valid_from timestamptz,
        valid_to timestamptz,
        tiers text[] NOT NULL DEFAULT '{}',
        code_valid_days integer,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1,
        UNIQUE (program_id, code),
        CHECK ((stock IS NULL) = (stock_left IS NULL))
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE redemptions (
        id uuid PRIMARY KEY,
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        reward_id uuid,
        reward_code text,
        reward_kind text,
        points bigint NOT NULL CHECK (points > 0),
        money_amount numeric,
        currency text,
        took_stock boolean NOT NULL DEFAULT false,
        status text NOT NULL CHECK (status IN ('reserved', 'captured', 'released')),
        order_id text,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        reserved_until timestamptz,
        captured_at timestamptz,
        released_at timestamptz,
        released_because text,
        version integer NOT NULL DEFAULT 1
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE UNIQUE INDEX redemptions_orders ON redemptions (program_id, order_id)
    WHERE order_id IS NOT NULL AND status <> 'released'
    """,
    "CREATE INDEX redemptions_due ON redemptions (reserved_until) WHERE status = 'reserved'",
    "CREATE INDEX redemptions_customer ON redemptions (customer_id, id)",
    """
    CREATE INDEX redemptions_limits ON redemptions (customer_id, reward_id, created_at)
    WHERE reward_id IS NOT NULL AND status <> 'released'
    """,
    """
    CREATE TABLE vouchers (
        id uuid PRIMARY KEY,
        code_hash bytea NOT NULL UNIQUE,
        last4 text NOT NULL,
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        redemption_id uuid NOT NULL UNIQUE,
        status text NOT NULL CHECK (status IN ('open', 'used', 'void')),
        issued_at timestamptz NOT NULL,
        expires_at timestamptz,
        used_at timestamptz,
        used_by text,
        version integer NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX vouchers_open ON vouchers (customer_id, id) WHERE status = 'open'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
