"""Triggers, invitations and what decided about them."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE survey_triggers (
        id uuid PRIMARY KEY,
        survey_id uuid NOT NULL REFERENCES surveys (id),
        code text NOT NULL,
        fact text NOT NULL,
        category text,
        min_amount numeric,
        min_currency text,
        case_types text[] NOT NULL,
        case_origin text,
        delay_minutes integer NOT NULL,
        max_age_days integer NOT NULL,
        channel text,
        ignore_recontact boolean NOT NULL,
        active boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text NOT NULL,
        version integer NOT NULL,
        UNIQUE (survey_id, code)
    )
    """,
    # `origin` names the trigger and what its fact was about: whatever is told again, nobody is asked twice for it.
    """
    CREATE TABLE invitations (
        id uuid PRIMARY KEY,
        survey_id uuid NOT NULL REFERENCES surveys (id),
        customer_id uuid NOT NULL,
        trigger_id uuid,
        origin text UNIQUE,
        channel text NOT NULL,
        language text,
        ignore_recontact boolean NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'sent', 'answered', 'expired', 'refused')),
        reason text,
        due_at timestamptz NOT NULL,
        next_at timestamptz,
        expires_at timestamptz,
        sent_at timestamptz,
        reminders integer NOT NULL DEFAULT 0,
        opened_at timestamptz,
        answered_at timestamptz,
        response_id uuid,
        again_at timestamptz,
        correlation_id text NOT NULL,
        causation_id text,
        traceparent text,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL
    ) WITH (fillfactor = 80)
    """,
    # What has an end has no next moment, so the index of the worker holds what waits and nothing else.
    "CREATE INDEX invitations_next ON invitations (next_at) WHERE next_at IS NOT NULL",
    "CREATE INDEX invitations_of_customer ON invitations (customer_id, sent_at) WHERE sent_at IS NOT NULL",
    "CREATE INDEX invitations_of_survey ON invitations (survey_id, id)",
    "CREATE INDEX invitations_by_status ON invitations (survey_id, status, id)",
    """
    CREATE TABLE survey_links (
        id uuid PRIMARY KEY,
        survey_id uuid NOT NULL REFERENCES surveys (id),
        language text,
        channel text,
        expires_at timestamptz,
        maximum integer,
        answers integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL
    )
    """,
    "CREATE INDEX survey_links_of_survey ON survey_links (survey_id, id)",
    """
    CREATE TABLE survey_tokens (
        hash bytea PRIMARY KEY,
        invitation_id uuid REFERENCES invitations (id),
        link_id uuid REFERENCES survey_links (id),
        CHECK (num_nonnulls(invitation_id, link_id) = 1)
    )
    """,
    "CREATE TABLE survey_keys (name text PRIMARY KEY, key bytea NOT NULL)",
    # Two random UUIDs come from the server's own strong generator: 244 bits that no setting has to carry.
    """
    INSERT INTO survey_keys (name, key)
    VALUES ('tokens', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
