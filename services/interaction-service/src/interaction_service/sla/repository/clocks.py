"""The SQL of clocks and of the cases they belong to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from interaction_service.sla.clocks import Clock, Terms
from interaction_service.sla.domain import SlaSubject, Target

__all__ = [
    "Claimed",
    "Subject",
    "add_subject",
    "claim_due",
    "clocks_of",
    "due_subjects",
    "hold_subject",
    "newest_of",
    "next_moment",
    "save_clocks",
    "save_subject",
    "stale_subjects",
]

CLOCK: Final = """
    c.target, c.started_at, c.run, c.phase, c.counting_since, CAST(c.ran AS text) AS ran, c.promised_minutes, c.due_at,
    c.warn_at, c.missed, c.warned_at, c.breached_at, c.next_at
"""

ADD_SUBJECT: Final = text(
    """
    INSERT INTO sla_subjects (case_id, customer_id, policy, priority, opened_at)
    VALUES (:case_id, :customer_id, :policy, :priority, :opened_at)
    """
)

HOLD_SUBJECT: Final = text(
    "SELECT case_id, customer_id, policy, priority, policy_id FROM sla_subjects WHERE case_id = :case_id FOR UPDATE"
)

SAVE_SUBJECT: Final = text(
    """
    UPDATE sla_subjects
    SET policy = :policy, priority = :priority, policy_id = :policy_id, policy_version = :policy_version,
        calendar_version = :calendar_version, is_open = :is_open
    WHERE case_id = :case_id
    """
)

# For each policy a range of an index: the versions of a case's terms only grow.
STALE: Final = text(
    """
    SELECT s.case_id, s.customer_id
    FROM sla_policies AS p JOIN calendars AS k ON k.code = p.calendar
    CROSS JOIN LATERAL (
        SELECT case_id, customer_id FROM sla_subjects
        WHERE is_open AND policy_id = p.id AND (policy_version, calendar_version) < (p.version, k.version)
        LIMIT :limit
    ) AS s
    LIMIT :limit
    """
)

NEWEST: Final = text(
    f"""
    SELECT DISTINCT ON (c.case_id, c.target) c.case_id, {CLOCK}
    FROM sla_clocks AS c WHERE c.case_id = ANY(CAST(:ids AS uuid[]))
    ORDER BY c.case_id, c.target, c.run DESC
    """  # noqa: S608
)

SAVE_CLOCKS: Final = text(
    """
    INSERT INTO sla_clocks (case_id, target, run, phase, started_at, counting_since, ran, promised_minutes, due_at,
                            warn_at, missed, warned_at, breached_at, next_at)
    SELECT case_id, target, run, phase, started_at, counting_since, ran, promised_minutes, due_at, warn_at, missed,
           warned_at, breached_at, next_at
    FROM json_to_recordset(CAST(CAST(:clocks AS text) AS json))
         AS t(case_id uuid, target text, run integer, phase text, started_at timestamptz, counting_since timestamptz,
              ran jsonb, promised_minutes integer, due_at timestamptz, warn_at timestamptz, missed boolean,
              warned_at timestamptz, breached_at timestamptz, next_at timestamptz)
    ON CONFLICT (case_id, target, run) DO UPDATE
    SET phase = excluded.phase, counting_since = excluded.counting_since, ran = excluded.ran,
        promised_minutes = excluded.promised_minutes, due_at = excluded.due_at, warn_at = excluded.warn_at,
        missed = excluded.missed, warned_at = excluded.warned_at, breached_at = excluded.breached_at,
        next_at = excluded.next_at
    """
)

DUE_SUBJECTS: Final = text(
    """
    SELECT s.customer_id FROM sla_clocks AS c JOIN sla_subjects AS s ON s.case_id = c.case_id
    WHERE c.next_at < :now ORDER BY c.next_at LIMIT :limit
    """
)

CLAIM_DUE: Final = text(
    f"""
    SELECT c.case_id, s.customer_id, p.code, {CLOCK}
    FROM sla_clocks AS c
    JOIN sla_subjects AS s ON s.case_id = c.case_id
    LEFT JOIN sla_policies AS p ON p.id = s.policy_id
    WHERE c.next_at < :now AND s.customer_id = ANY(CAST(:customers AS uuid[]))
    ORDER BY c.next_at LIMIT :limit
    FOR UPDATE OF c SKIP LOCKED
    """  # noqa: S608
)

NEXT_MOMENT: Final = text("SELECT min(next_at) FROM sla_clocks WHERE next_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Subject:
    """A case as its clocks know it; `policy` is the code that it asked for, `policy_id` the row that applies."""

    case_id: UUID
    customer_id: UUID
    policy: str | None
    priority: str
    policy_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A clock that has something to tell, locked."""

    case_id: UUID
    customer_id: UUID
    policy: str | None
    clock: Clock


async def add_subject(connection: AsyncConnection, subject: SlaSubject, at: datetime) -> Subject:
    """Stores a case that opens."""
    values = {"case_id": subject.case_id, "customer_id": subject.customer_id, "opened_at": at}
    await connection.execute(ADD_SUBJECT, {**values, "policy": subject.policy, "priority": subject.priority})
    return Subject(subject.case_id, subject.customer_id, subject.policy, subject.priority)


async def hold_subject(connection: AsyncConnection, case_id: UUID) -> Subject | None:
    """A case, locked until the end of the transaction."""
    row = (await connection.execute(HOLD_SUBJECT, {"case_id": case_id})).one_or_none()
    return None if row is None else Subject(*row)


async def save_subject(connection: AsyncConnection, subject: Subject, terms: Terms | None, *, is_open: bool) -> None:
    """Stores by which terms the deadlines of a case were worked out."""
    values = {
        "case_id": subject.case_id,
        "policy": subject.policy,
        "priority": subject.priority,
        "policy_id": terms.policy.id if terms else None,
        "policy_version": terms.policy.version if terms else None,
        "calendar_version": terms.calendar_version if terms else None,
        "is_open": is_open,
    }
    await connection.execute(SAVE_SUBJECT, values)


async def stale_subjects(connection: AsyncConnection, limit: int) -> dict[UUID, UUID]:
    """Open cases whose policy or calendar has changed since their deadlines were worked out, with their customers."""
    return {row[0]: row[1] for row in await connection.execute(STALE, {"limit": limit})}


async def newest_of(connection: AsyncConnection, case_ids: Collection[UUID]) -> dict[UUID, list[Clock]]:
    """The newest clock of each target, by case."""
    found: dict[UUID, list[Clock]] = {}
    for row in await connection.execute(NEWEST, {"ids": list(case_ids)}):
        found.setdefault(row.case_id, []).append(_clock(row[1:]))
    return found


async def clocks_of(connection: AsyncConnection, case_id: UUID) -> dict[Target, Clock]:
    """The newest clock of each target of a case that is held."""
    return {clock.target: clock for clock in (await newest_of(connection, [case_id])).get(case_id, [])}


async def save_clocks(connection: AsyncConnection, clocks: Mapping[UUID, Iterable[Clock]]) -> None:
    """Stores clocks, new ones and changed ones, by case."""
    rows = [{"case_id": str(case_id), **_values(clock)} for case_id, several in clocks.items() for clock in several]
    await connection.execute(SAVE_CLOCKS, {"clocks": orjson.dumps(rows).decode()})


async def due_subjects(connection: AsyncConnection, now: datetime, limit: int) -> set[UUID]:
    """The customers of the clocks that have had something to tell for the longest."""
    return set((await connection.execute(DUE_SUBJECTS, {"now": now, "limit": limit})).scalars())


async def claim_due(
    connection: AsyncConnection, now: datetime, customers: Collection[UUID], limit: int
) -> list[Claimed]:
    """Clocks of these customers that have something to tell, locked; those that somebody else has are left out."""
    values = {"now": now, "customers": list(customers), "limit": limit}
    return [Claimed(row[0], row[1], row[2], _clock(row[3:])) for row in await connection.execute(CLAIM_DUE, values)]


async def next_moment(connection: AsyncConnection) -> datetime | None:
    """When the next clock has something to tell."""
    moment: datetime | None = (await connection.execute(NEXT_MOMENT)).scalar()
    return moment


def _values(clock: Clock) -> dict[str, Any]:
    return {
        "target": clock.target,
        "run": clock.run,
        "phase": clock.phase,
        "started_at": clock.started_at,
        "counting_since": clock.counting_since,
        "ran": [[rfc3339(begin), rfc3339(end)] for begin, end in clock.ran],
        "promised_minutes": clock.promised,
        "due_at": clock.due_at,
        "warn_at": clock.warn_at,
        "missed": clock.missed,
        "warned_at": clock.warned_at,
        "breached_at": clock.breached_at,
        "next_at": clock.next_at,
    }


def _clock(columns: Sequence[Any]) -> Clock:
    target, started_at, run, phase, counting_since, ran, *rest = tuple(columns)
    stretches = tuple((datetime.fromisoformat(begin), datetime.fromisoformat(end)) for begin, end in orjson.loads(ran))
    return Clock(target, started_at, run, phase, counting_since, stretches, *rest)
