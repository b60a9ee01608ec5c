"""Customers by the day of the year they were born on."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE INDEX customers_birthday
    ON customers ((CAST(extract(month FROM birth_date) * 100 + extract(day FROM birth_date) AS integer)), id)
    WHERE birth_date IS NOT NULL AND archived_at IS NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
