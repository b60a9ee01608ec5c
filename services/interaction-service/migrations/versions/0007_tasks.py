"""Follow-up tasks and the rules that make them; two rules to begin with."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE tasks (
        id uuid PRIMARY KEY,
        customer_id uuid,
        case_id uuid,
        title text NOT NULL,
        notes text,
        owner_id text NOT NULL,
        priority text NOT NULL,
        status text NOT NULL,
        due_at timestamptz NOT NULL,
        remind_at timestamptz,
        remind_before_minutes integer,
        timezone text NOT NULL,
        recurrence text,
        series_id uuid NOT NULL,
        occurrence integer NOT NULL,
        recurs_from timestamp,
        recurs_at timestamp,
        reminder_told boolean NOT NULL DEFAULT false,
        due_told boolean NOT NULL DEFAULT false,
        alarm_at timestamptz,
        origin text,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        closed_at timestamptz,
        closed_by text,
        version integer NOT NULL DEFAULT 1
    )
    """,
    "CREATE UNIQUE INDEX tasks_origin ON tasks (origin) WHERE origin IS NOT NULL",
    "CREATE UNIQUE INDEX tasks_series ON tasks (series_id, occurrence)",
    "CREATE INDEX tasks_due ON tasks (due_at, id)",
    "CREATE INDEX tasks_of_owner ON tasks (owner_id, status, due_at, id)",
    "CREATE INDEX tasks_of_customer ON tasks (customer_id, status, due_at, id) WHERE customer_id IS NOT NULL",
    "CREATE INDEX tasks_of_case ON tasks (case_id, due_at, id) WHERE case_id IS NOT NULL",
    "CREATE INDEX tasks_alarms ON tasks (alarm_at, id) WHERE alarm_at IS NOT NULL",
    """
    CREATE TABLE task_changes (
        id uuid PRIMARY KEY,
        task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
        changed_at timestamptz NOT NULL,
        changed_by text NOT NULL,
        version integer NOT NULL,
        field text NOT NULL,
        before json,
        after json
    )
    """,
    "CREATE INDEX task_changes_of_task ON task_changes (task_id, id)",
    """
    CREATE TABLE rules (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        active boolean NOT NULL,
        fact_type text NOT NULL,
        definition json NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text NOT NULL,
        version integer NOT NULL DEFAULT 1
    )
    """,
    "CREATE UNIQUE INDEX rules_code ON rules (code)",
    """
    CREATE TABLE rule_failures (
        id uuid PRIMARY KEY,
        rule_id uuid NOT NULL REFERENCES rules (id),
        fact_type text NOT NULL,
        fact_key text NOT NULL,
        customer_id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        data json NOT NULL,
        error text NOT NULL,
        attempts integer NOT NULL DEFAULT 1,
        failed_at timestamptz NOT NULL,
        resolved_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX rule_failures_of_fact ON rule_failures (rule_id, fact_type, fact_key)",
    """
    CREATE INDEX rule_failures_open ON rule_failures (rule_id, id) WHERE resolved_at IS NULL
    """,
    """
    INSERT INTO rules (id, code, active, fact_type, definition, created_at, updated_at, updated_by) VALUES
    ('01900000-0000-7000-8000-000000000001', 'detractor-case', true, 'survey.detractor_detected.v1',
     '{"action": {"kind": "open_case", "type": "follow_up", "priority": "high",
                  "subject": "A customer would not recommend us (NPS {{nps}})", "owner": "relationship",
                  "tags": ["detractor"]}}',
     now(), now(), 'system'),
    ('01900000-0000-7000-8000-000000000002', 'thank-you-after-purchase', false, 'interaction.purchase_recorded.v1',
     '{"max_age_days": 2, "delay": {"hours": 1},
       "action": {"kind": "send_message", "template": "thank-you", "channel": "email", "purpose": "service"}}',
     now(), now(), 'system')
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
