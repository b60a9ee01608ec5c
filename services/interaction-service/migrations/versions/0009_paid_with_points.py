"""The part of a purchase that was paid with points."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE purchases ADD COLUMN paid_with_points numeric")


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
