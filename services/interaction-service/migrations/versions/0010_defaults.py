"""What a new installation promises its customers before anybody has set anything up: office hours, deadlines, a queue.

What is there already under these codes stays as it is. The week is Iran's, the time zone that of the setting
HAMDEL_DEFAULT_TIMEZONE as profile-service ships it; both are changed like any other calendar.
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS: Final[tuple[str, ...]] = (
    """
    INSERT INTO calendars (code, timezone, windows, exceptions, created_at, updated_at)
    SELECT 'default', 'Asia/Tehran',
           jsonb_object_agg(day, CASE WHEN day IN ('thu', 'fri') THEN '[]'::jsonb ELSE '[["09:00", "17:00"]]'::jsonb END),
           '[]', now(), now()
    FROM unnest(ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']) AS t(day)
    ON CONFLICT (code) DO NOTHING
    """,
    # A day of the office has 480 minutes. An urgent case is promised what an important one is, a small one what a
    # normal one is.
    """
    INSERT INTO sla_policies (id, code, calendar, priority, first_response_minutes, next_response_minutes,
                              resolution_minutes, warn_before_minutes, created_at, updated_at)
    SELECT CAST(id AS uuid), 'default', 'default', priority, first, next, resolution, warn, now(), now()
    FROM (VALUES ('01900000-0000-7000-8000-000000000003', 'high', 120, 240, 960, 60),
                 ('01900000-0000-7000-8000-000000000004', 'normal', 240, 480, 2400, 120))
         AS t(id, priority, first, next, resolution, warn)
    WHERE NOT EXISTS (SELECT FROM sla_policies WHERE code = 'default')
    """,
    """
    INSERT INTO queues (code, name, members, strategy, calendar)
    VALUES ('default', 'Default', '{}', 'round_robin', 'default') ON CONFLICT (code) DO NOTHING
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("the schema only goes forward")
