"""Responses, as they are given and as they were finished."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Anonymous responses lie in a table of their own: the neighbours of a row tell nothing of anybody.
STATEMENTS: tuple[str, ...] = (
    """
    CREATE TABLE responses (
        id uuid NOT NULL,
        survey_id uuid NOT NULL,
        version integer NOT NULL,
        anonymous boolean NOT NULL DEFAULT false,
        customer_id uuid,
        invitation_id uuid,
        language text,
        channel text,
        status text NOT NULL CHECK (status IN ('open', 'finished')),
        step integer NOT NULL,
        answers jsonb NOT NULL,
        snapshot jsonb,
        attributes jsonb,
        dropped text[] NOT NULL DEFAULT '{}',
        started_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        duration_seconds integer,
        late boolean NOT NULL DEFAULT false,
        nps smallint,
        csat smallint,
        ces smallint,
        PRIMARY KEY (id, anonymous),
        CHECK ((status = 'finished') = (finished_at IS NOT NULL))
    ) PARTITION BY LIST (anonymous)
    """,
    "CREATE TABLE identified_responses PARTITION OF responses FOR VALUES IN (false)",
    """
    CREATE TABLE anonymous_responses PARTITION OF responses (
        CHECK (num_nonnulls(customer_id, invitation_id, snapshot, attributes, duration_seconds) = 0)
    ) FOR VALUES IN (true)
    """,
    "CREATE INDEX responses_of_survey ON responses (survey_id, id)",
    """
    CREATE INDEX responses_of_customer ON responses (customer_id, finished_at)
    WHERE customer_id IS NOT NULL AND status = 'finished'
    """,
    "CREATE INDEX responses_open ON responses (survey_id, version) WHERE status = 'open'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
