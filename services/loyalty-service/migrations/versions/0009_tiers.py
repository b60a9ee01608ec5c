"""Tiers, and what counts towards them day by day."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # days of the programme's zone; the customer id is that of birth
    """
    CREATE TABLE qualifying_days (
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        day date NOT NULL,
        points bigint NOT NULL,
        spend numeric NOT NULL,
        visits bigint NOT NULL,
        PRIMARY KEY (program_id, customer_id, day)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE tier_schemes (
        program_id uuid NOT NULL,
        version integer NOT NULL,
        definition json NOT NULL,
        since date NOT NULL,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        PRIMARY KEY (program_id, version)
    )
    """,
    # one row per family under its root; `apart` is what the root had before somebody was linked to it
    """
    CREATE TABLE tier_states (
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        apart boolean NOT NULL DEFAULT false,
        tier text,
        since date NOT NULL,
        ends_on date,
        base_tier text,
        base_since date NOT NULL,
        base_ends_on date,
        base_on date,
        warned_on date,
        told text,
        told_until timestamptz,
        told_at timestamptz,
        due_at timestamptz,
        version integer NOT NULL,
        PRIMARY KEY (program_id, customer_id, apart)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX tier_states_due ON tier_states (due_at) WHERE due_at IS NOT NULL",
    """
    CREATE TABLE tier_floors (
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        tier text NOT NULL,
        until timestamptz NOT NULL,
        reason text NOT NULL,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL,
        version integer NOT NULL,
        PRIMARY KEY (program_id, customer_id)
    )
    """,
    # people to be ranked again after an edit: everybody after `position`; the row goes when all are
    """
    CREATE TABLE tier_rankings (
        program_id uuid PRIMARY KEY,
        position uuid NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
