"""Enrolment of everybody, card numbers, days of birthdays, and what refunds and corrections took back."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # how far the enrolment of those who were known before the programme has come; `waits_for` is the transaction before
    # which everybody else has to be done, so that nobody is forgotten who was being made known meanwhile
    """
    CREATE TABLE enrolment_runs (
        program_id uuid PRIMARY KEY,
        waits_for xid8 NOT NULL,
        reached uuid,
        seen bigint NOT NULL DEFAULT 0,
        noted_at timestamptz NOT NULL,
        done_at timestamptz
    )
    """,
    """
    CREATE TABLE cards (
        id uuid PRIMARY KEY,
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        prefix text NOT NULL,
        number text NOT NULL UNIQUE,
        issued_at timestamptz NOT NULL,
        registered_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX cards_waiting ON cards (next_at) WHERE registered_at IS NULL",
    "CREATE INDEX cards_customer ON cards (customer_id)",
    # the programme-local day whose birthdays are on their way, and the page they have come to
    """
    CREATE TABLE birthday_runs (
        program_id uuid PRIMARY KEY,
        day date NOT NULL,
        page text,
        done boolean NOT NULL DEFAULT false
    )
    """,
    # responses that were told: a repeated one earns nothing, not even in a programme that began meanwhile
    "CREATE TABLE survey_responses (id uuid PRIMARY KEY, told_at timestamptz NOT NULL)",
    # refunds and corrections that were applied: a repeated one changes nothing
    """
    CREATE TABLE purchase_changes (
        id uuid PRIMARY KEY,
        purchase_id uuid NOT NULL,
        applied_at timestamptz NOT NULL
    )
    """,
    # what each of them took back: owed = lapsed + taken + shortfall
    """
    CREATE TABLE reversals (
        program_id uuid NOT NULL,
        change_id uuid NOT NULL,
        purchase_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        owed bigint NOT NULL,
        lapsed bigint NOT NULL,
        taken bigint NOT NULL,
        shortfall bigint NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (program_id, change_id),
        CHECK (owed = lapsed + taken + shortfall)
    )
    """,
    "CREATE INDEX reversals_purchase ON reversals (purchase_id, program_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
