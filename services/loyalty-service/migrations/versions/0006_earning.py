"""Purchases as they were told, and what each of them earned."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # `number` is the order they were told in; totals are what holds now, after corrections
    """
    CREATE TABLE purchases (
        id uuid PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY,
        customer_id uuid NOT NULL,
        source text NOT NULL,
        external_id text NOT NULL,
        occurred_at timestamptz NOT NULL,
        channel text,
        currency text NOT NULL,
        total numeric NOT NULL,
        paid_with_points numeric NOT NULL DEFAULT 0,
        refunded_total numeric NOT NULL DEFAULT 0,
        items json NOT NULL,
        told_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX purchases_customer ON purchases (customer_id)",
    # what each rule gave for a purchase, and how much of it was taken back; tier and multiplier are those of the moment
    """
    CREATE TABLE accruals (
        program_id uuid NOT NULL,
        purchase_id uuid NOT NULL,
        rule_code text NOT NULL,
        rule_id uuid NOT NULL,
        rule_version integer NOT NULL,
        customer_id uuid NOT NULL,
        entry_id uuid NOT NULL,
        day date NOT NULL,
        points bigint NOT NULL,
        reversed bigint NOT NULL DEFAULT 0,
        tier text,
        multiplier numeric NOT NULL DEFAULT 1,
        PRIMARY KEY (purchase_id, program_id, rule_code)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
