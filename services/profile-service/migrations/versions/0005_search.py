"""What customers are found by."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE customer_search (
        customer_id uuid PRIMARY KEY,
        customer_version bigint NOT NULL,
        keys_version integer NOT NULL,
        kind text NOT NULL,
        archived boolean NOT NULL,
        tags text[] NOT NULL,
        document text NOT NULL
    )
    """,
    # The collation C makes all keys with one beginning neighbours in the index, whatever the database's own is.
    'CREATE TABLE search_keys (key text COLLATE "C" NOT NULL, customer_id uuid NOT NULL)',
    "CREATE UNIQUE INDEX search_keys_key ON search_keys (key, customer_id DESC)",
    # Not unique: a unique index would make two transactions that bring the same new name wait for each other.
    'CREATE TABLE search_words (word text COLLATE "C" NOT NULL, features integer[] NOT NULL)',
    "CREATE INDEX search_words_word ON search_words (word)",
    "CREATE INDEX search_words_features ON search_words USING gin (features)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
