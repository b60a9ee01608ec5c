"""Sections follow the links between customers."""

from __future__ import annotations

from alembic import op

from hamdel.messaging.schema import OUTBOX_V2

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in OUTBOX_V2:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
