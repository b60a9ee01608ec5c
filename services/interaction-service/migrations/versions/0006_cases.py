"""Conversations, cases, queues and canned replies."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE conversations (
        id uuid PRIMARY KEY,
        customer_id uuid NOT NULL,
        channel text NOT NULL,
        contact text NOT NULL,
        status text NOT NULL DEFAULT 'open',
        messages bigint NOT NULL DEFAULT 0,
        opened_at timestamptz NOT NULL,
        last_message_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE UNIQUE INDEX conversations_open ON conversations (channel, contact, customer_id) WHERE status = 'open'
    """,
    "CREATE INDEX conversations_customer ON conversations (customer_id, id)",
    "ALTER TABLE interactions ADD COLUMN contact text",
    "ALTER TABLE interactions ADD COLUMN conversation_id uuid",
    "ALTER TABLE interactions ADD COLUMN position bigint",
    """
    CREATE UNIQUE INDEX interactions_conversation ON interactions (conversation_id, position)
    WHERE conversation_id IS NOT NULL
    """,
    """
    CREATE TABLE queues (
        code text PRIMARY KEY,
        name text NOT NULL,
        members text[] NOT NULL,
        strategy text NOT NULL,
        calendar text,
        turn bigint NOT NULL DEFAULT 0,
        version integer NOT NULL DEFAULT 1
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE cases (
        id uuid PRIMARY KEY,
        number bigint NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY (START WITH 1001),
        customer_id uuid NOT NULL,
        type text NOT NULL,
        priority text NOT NULL,
        status text NOT NULL,
        subject text NOT NULL,
        channel text,
        policy text,
        queue text,
        owner_id text,
        tags text[] NOT NULL DEFAULT '{}',
        conversation_id uuid,
        origin text UNIQUE,
        level integer NOT NULL DEFAULT 0,
        resolution text,
        merged_into uuid,
        opened_at timestamptz NOT NULL,
        opened_by text NOT NULL,
        resolved_at timestamptz,
        closed_at timestamptz,
        version integer NOT NULL DEFAULT 1
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX cases_customer ON cases (customer_id, id)",
    "CREATE INDEX cases_status ON cases (status, id)",
    "CREATE INDEX cases_queue ON cases (queue, id) WHERE queue IS NOT NULL",
    "CREATE INDEX cases_owner ON cases (owner_id, id) WHERE owner_id IS NOT NULL",
    "CREATE INDEX cases_busy ON cases (owner_id) WHERE status IN ('open', 'waiting')",
    "CREATE INDEX cases_tags ON cases USING gin (tags)",
    "CREATE INDEX cases_conversation ON cases (conversation_id, id) WHERE conversation_id IS NOT NULL",
    "CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL",
    """
    CREATE TABLE case_messages (
        position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        case_id uuid NOT NULL,
        interaction_id uuid NOT NULL UNIQUE
    )
    """,
    "CREATE INDEX case_messages_case ON case_messages (case_id, position)",
    """
    CREATE TABLE case_notes (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL,
        author text NOT NULL,
        body text NOT NULL,
        noted_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX case_notes_case ON case_notes (case_id, id)",
    """
    CREATE TABLE case_history (
        position bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        case_id uuid NOT NULL,
        version integer NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        source text NOT NULL,
        action text NOT NULL,
        field text NOT NULL,
        before json,
        after json
    )
    """,
    "CREATE INDEX case_history_case ON case_history (case_id, position)",
    """
    CREATE TABLE case_watchers (
        case_id uuid NOT NULL,
        agent_id text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (case_id, agent_id)
    )
    """,
    """
    CREATE TABLE case_links (
        case_id uuid NOT NULL,
        other_id uuid NOT NULL,
        relation text NOT NULL,
        PRIMARY KEY (case_id, other_id)
    )
    """,
    """
    CREATE TABLE canned_replies (
        code text PRIMARY KEY,
        texts json NOT NULL,
        fallbacks json NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
    """
    CREATE TABLE customer_owners (
        customer_id uuid PRIMARY KEY,
        owner_id text,
        changed_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
