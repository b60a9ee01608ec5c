"""The tables of eventing and HTTP."""

from __future__ import annotations

from alembic import op

from hamdel.messaging.schema import CONSUMER_V1, HTTP_V1, OUTBOX_V1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Outbox, streams and leases; watermarks and parked events; idempotency keys."""
    for statement in (*OUTBOX_V1, *CONSUMER_V1, *HTTP_V1):
        op.execute(statement)


def downgrade() -> None:
    """Not offered: migrations are additive and go forward."""
    raise RuntimeError("migrations go forward only")
