"""Identifiers by type: strength, blocked values, shared types."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE identifiers ADD COLUMN exclusive boolean NOT NULL DEFAULT true",
    "UPDATE identifiers SET exclusive = false WHERE type IN ('phone', 'email', 'cookie')",
    "CREATE UNIQUE INDEX identifiers_exclusive ON identifiers (type, canonical) WHERE exclusive",
    "CREATE INDEX identifiers_lookup ON identifiers (type, canonical, customer_id)",
    "DROP INDEX identifiers_unique",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
