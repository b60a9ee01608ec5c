"""Which merged customers a row also answers for: {absorbed id: merge id}, NULL where nobody is merged into it.

A column of the row and not a table of its own: the links are replaced by the very update that stores the section which
tells them, and the index is all that a lookup by absorbed id needs. Rows without links have no entry in it: storing
their sections costs nothing more.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE customer_views ADD COLUMN merged jsonb")
    op.execute("CREATE INDEX customer_views_merged ON customer_views USING gin (merged) WHERE merged IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX customer_views_merged")
    op.execute("ALTER TABLE customer_views DROP COLUMN merged")
