"""The projection of known customers."""

from __future__ import annotations

from alembic import op

from hamdel.customers.repository import KNOWN_CUSTOMERS_V1

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in KNOWN_CUSTOMERS_V1:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
