"""Reversible links between customers."""

from __future__ import annotations

from alembic import op

from hamdel.messaging.schema import OUTBOX_V2

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE merges (
        id uuid PRIMARY KEY,
        survivor_id uuid NOT NULL REFERENCES customers (id),
        absorbed_id uuid NOT NULL REFERENCES customers (id),
        merged_at timestamptz NOT NULL,
        merged_by text NOT NULL,
        unmerged_at timestamptz,
        unmerged_by text,
        CHECK (survivor_id <> absorbed_id)
    )
    """,
    "CREATE UNIQUE INDEX merges_open ON merges (absorbed_id) WHERE unmerged_at IS NULL",
    "CREATE INDEX merges_survivor ON merges (survivor_id, id)",
)


def upgrade() -> None:
    for statement in (*OUTBOX_V2, *STATEMENTS):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
