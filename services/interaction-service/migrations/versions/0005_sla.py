"""Calendars, SLA policies and the clocks of cases."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE calendars (
        code text PRIMARY KEY,
        timezone text NOT NULL,
        windows jsonb NOT NULL,
        exceptions jsonb NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE sla_policies (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        calendar text NOT NULL REFERENCES calendars (code),
        priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
        tier text,
        first_response_minutes integer CHECK (first_response_minutes > 0),
        next_response_minutes integer CHECK (next_response_minutes > 0),
        resolution_minutes integer CHECK (resolution_minutes > 0),
        warn_before_minutes integer CHECK (warn_before_minutes >= 0),
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX sla_policies_row ON sla_policies (code, priority, tier) NULLS NOT DISTINCT",
    "CREATE INDEX sla_policies_calendar ON sla_policies (calendar)",
    """
    CREATE TABLE customer_tiers (
        customer_id uuid NOT NULL,
        program_id uuid NOT NULL,
        tier text,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (customer_id, program_id)
    )
    """,
    """
    CREATE TABLE sla_subjects (
        case_id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        policy text,
        priority text NOT NULL,
        opened_at timestamptz NOT NULL,
        policy_id uuid REFERENCES sla_policies (id),
        policy_version integer,
        calendar_version integer,
        is_open boolean NOT NULL DEFAULT true
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE INDEX sla_subjects_stale ON sla_subjects (policy_id, policy_version, calendar_version)
    WHERE is_open AND policy_id IS NOT NULL
    """,
    """
    CREATE TABLE sla_clocks (
        case_id uuid NOT NULL REFERENCES sla_subjects (case_id) ON DELETE CASCADE,
        target text NOT NULL CHECK (target IN ('first_response', 'next_response', 'resolution')),
        run integer NOT NULL DEFAULT 1,
        phase text NOT NULL CHECK (phase IN ('running', 'paused', 'ended')),
        started_at timestamptz NOT NULL,
        counting_since timestamptz,
        ran jsonb NOT NULL DEFAULT '[]',
        promised_minutes integer,
        due_at timestamptz,
        warn_at timestamptz,
        missed boolean NOT NULL DEFAULT false,
        warned_at timestamptz,
        breached_at timestamptz,
        next_at timestamptz,
        PRIMARY KEY (case_id, target, run),
        CHECK ((phase = 'running') = (counting_since IS NOT NULL))
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX sla_clocks_next ON sla_clocks (next_at) WHERE next_at IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
