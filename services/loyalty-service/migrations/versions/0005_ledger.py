"""Members, entries, lots and what was used of them."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # The customer id is that of birth: a merge never moves a row.
    """
    CREATE TABLE members (
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        enrolled_at timestamptz NOT NULL,
        available bigint NOT NULL DEFAULT 0,
        pending bigint NOT NULL DEFAULT 0 CHECK (pending >= 0),
        reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
        debt bigint NOT NULL DEFAULT 0 CHECK (debt >= 0),
        lifetime bigint NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 1,
        PRIMARY KEY (customer_id, program_id),
        CHECK (available + debt >= 0)
    ) WITH (fillfactor = 70)
    """,
    # `seq` is the order of recording: it is given under the lock of the member's stream.
    """
    CREATE TABLE entries (
        id uuid PRIMARY KEY,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        kind text NOT NULL,
        debit text NOT NULL,
        credit text NOT NULL,
        points bigint NOT NULL CHECK (points > 0),
        business_key text COLLATE "C" NOT NULL,
        reverses uuid,
        redemption_id uuid,
        purchase_id uuid,
        rule_code text,
        reward_code text,
        reason text,
        actor text NOT NULL,
        cause text,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        available_at timestamptz,
        expires_at timestamptz,
        CHECK ((kind, debit, credit) IN (
            ('earn', 'issued', 'pending'), ('earn', 'issued', 'available'),
            ('mature', 'pending', 'available'),
            ('reserve', 'available', 'reserved'),
            ('capture', 'reserved', 'redeemed'),
            ('release', 'reserved', 'available'), ('release', 'redeemed', 'available'),
            ('reverse', 'pending', 'issued'), ('reverse', 'available', 'issued'),
            ('expire', 'pending', 'expired'), ('expire', 'available', 'expired'),
            ('adjust', 'adjusted', 'available'), ('adjust', 'available', 'adjusted')
        ))
    )
    """,
    "CREATE UNIQUE INDEX entries_business_key ON entries (business_key, kind, program_id)",
    "CREATE INDEX entries_customer ON entries (customer_id, seq)",
    # `open` stands in the conditions of the indexes and `remaining` does not: a lot that is spent from without being
    # used up is then updated in its page alone.
    """
    CREATE TABLE lots (
        id uuid PRIMARY KEY,
        program_id uuid NOT NULL,
        customer_id uuid NOT NULL,
        purchase_id uuid,
        points bigint NOT NULL CHECK (points > 0),
        remaining bigint NOT NULL CHECK (remaining >= 0 AND remaining <= points),
        lapsed bigint NOT NULL DEFAULT 0 CHECK (lapsed >= 0),
        earned_at timestamptz NOT NULL,
        available_at timestamptz NOT NULL,
        expires_at timestamptz,
        matured boolean NOT NULL,
        open boolean NOT NULL GENERATED ALWAYS AS (remaining > 0) STORED
    ) WITH (fillfactor = 90)
    """,
    "CREATE INDEX lots_open ON lots (customer_id, program_id, expires_at) WHERE open",
    "CREATE INDEX lots_purchase ON lots (purchase_id) WHERE purchase_id IS NOT NULL",
    "CREATE INDEX lots_maturing ON lots (available_at, customer_id) WHERE open AND NOT matured",
    "CREATE INDEX lots_lapsing ON lots (expires_at, customer_id) WHERE open AND expires_at IS NOT NULL",
    """
    CREATE TABLE lot_uses (
        lot_id uuid NOT NULL,
        entry_id uuid NOT NULL,
        points bigint NOT NULL CHECK (points <> 0),
        redemption_id uuid
    )
    """,
    "CREATE INDEX lot_uses_lot ON lot_uses (lot_id)",
    "CREATE INDEX lot_uses_redemption ON lot_uses (redemption_id) WHERE redemption_id IS NOT NULL",
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER lot_uses_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lot_uses
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
