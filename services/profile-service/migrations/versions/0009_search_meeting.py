"""The words of each customer in one inverted index: where common words seldom meet, it tells who has all of them."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Without the list of pending entries, which every search would have to read from end to end.
STATEMENTS: tuple[str, ...] = (
    r"""
    CREATE INDEX customer_search_words ON customer_search USING gin (
        array_to_tsvector(array_remove(string_to_array(split_part(document, e'\x1e', 1) || '@' || kind, e'\x1f'), ''))
    ) WITH (fastupdate = off)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
