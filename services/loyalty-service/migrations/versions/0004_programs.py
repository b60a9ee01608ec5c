"""Programmes and their versioned rules."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE programs (
        id uuid PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        timezone text NOT NULL,
        calendar text NOT NULL,
        currency text NOT NULL,
        enrolment text NOT NULL,
        pending_days integer NOT NULL,
        expiry_months integer,
        expiry_round_up text NOT NULL,
        on_refund text NOT NULL,
        points_paid_earn boolean NOT NULL,
        stacking text NOT NULL,
        card_prefix text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL
    )
    """,
    # one row: a process that remembers programmes and rules asks it whether it still may
    "CREATE TABLE program_revision (one boolean PRIMARY KEY DEFAULT true CHECK (one), revision bigint NOT NULL)",
    "INSERT INTO program_revision (revision) VALUES (0)",
    # every version of a rule stays; the newest one that is in force at a moment is the one that counts then
    """
    CREATE TABLE earning_rules (
        program_id uuid NOT NULL,
        code text NOT NULL,
        version integer NOT NULL,
        rule_id uuid NOT NULL,
        definition json NOT NULL,
        retired boolean NOT NULL,
        effective_from timestamptz,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        PRIMARY KEY (program_id, code, version)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
