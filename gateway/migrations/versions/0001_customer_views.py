"""The customer view: one row per customer, four ready sections in it."""

from alembic import op

from hamdel.messaging.schema import HTTP_V1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SECTION = """
    {name} bytea,
    {name}_state bytea,
    {name}_as_of bytea,
    {name}_sequence bigint NOT NULL DEFAULT 0
"""


def upgrade() -> None:
    sections = ",".join(SECTION.format(name=name) for name in ("profile", "interactions", "surveys", "loyalty"))
    # Rows up to 8 kB stay in the row, uncompressed: a view is read far more often than it is written.
    op.execute(
        f"""
        CREATE TABLE customer_views (
            customer_id uuid PRIMARY KEY,
            profile_masked bytea,
            {sections}
        ) WITH (toast_tuple_target = 8160, fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05)
        """
    )

    for statement in HTTP_V1:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE idempotency_keys")
    op.execute("DROP TABLE customer_views")
