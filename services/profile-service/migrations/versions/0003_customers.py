"""The whole customer: names in both scripts, memberships, attribute schema, code, archive."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE customers ADD COLUMN given_name_other text",
    "ALTER TABLE customers ADD COLUMN family_name_other text",
    "ALTER TABLE customers ADD COLUMN display_name_other text",
    "ALTER TABLE customers ADD COLUMN last_verified_at timestamptz",
    "ALTER TABLE customers ADD COLUMN archived_at timestamptz",
    # The formula is explained in customers/codes.py. It lives here as well, as the default of a column: old code that
    # knows nothing of it runs beside this, and a bulk insert gets its codes without a statement more.
    """
    CREATE FUNCTION customer_code(number bigint) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
    DECLARE
        body text := lpad((number * 61803399 % 100000000)::text, 8, '0');
        quasigroup CONSTANT text := '0317598642' || '7092154863' || '4206871359' || '1750983426' || '6123045978'
                                 || '3674209581' || '5869720134' || '8945362017' || '9438617205' || '2581436790';
        check_digit integer := 0;
    BEGIN
        FOR place IN 1..8 LOOP
            check_digit := substr(quasigroup, check_digit * 10 + substr(body, place, 1)::integer + 1, 1)::integer;
        END LOOP;
        RETURN body || check_digit;
    END
    $$
    """,
    "CREATE SEQUENCE customer_numbers AS bigint MINVALUE 1 MAXVALUE 99999999 NO CYCLE",
    "ALTER TABLE customers ADD COLUMN code text NOT NULL DEFAULT customer_code(nextval('customer_numbers'))",
    "ALTER SEQUENCE customer_numbers OWNED BY customers.code",
    "CREATE UNIQUE INDEX customers_code ON customers (code)",
    """
    CREATE INDEX customers_stale ON customers (COALESCE(last_verified_at, created_at), id)
    WHERE archived_at IS NULL
    """,
    """
    CREATE TABLE memberships (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES customers (id),
        organization_id uuid NOT NULL REFERENCES customers (id),
        role text NOT NULL,
        title text,
        since date,
        until date,
        created_at timestamptz NOT NULL,
        ended_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX memberships_once ON memberships (person_id, organization_id, role) WHERE ended_at IS NULL",
    "CREATE INDEX memberships_person ON memberships (person_id, id)",
    "CREATE INDEX memberships_organization ON memberships (organization_id, id)",
    """
    CREATE TABLE attribute_schemas (
        version bigint PRIMARY KEY,
        id uuid NOT NULL,
        schema json NOT NULL,
        actor text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
