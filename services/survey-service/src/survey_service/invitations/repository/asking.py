"""What the worker asks and stores: due invitations, when families were asked last, what became of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import Families
from survey_service.invitations.domain import Invitation
from survey_service.invitations.repository.rows import COLUMNS

__all__ = ["Asked", "Due", "Outcome", "SurveyState", "claim", "due", "last_asked", "next_moment", "settle", "surveys"]

DUE: Final = text(
    "SELECT id, survey_id, customer_id, channel FROM invitations WHERE next_at <= :now ORDER BY next_at LIMIT :most"
)
CLAIM: Final = text(
    f"""
    SELECT {COLUMNS} FROM invitations WHERE id = ANY(CAST(:ids AS uuid[])) AND next_at <= :now
    ORDER BY due_at, id FOR UPDATE SKIP LOCKED
    """  # noqa: S608
)
NEXT_MOMENT: Final = text("SELECT min(next_at) FROM invitations WHERE next_at IS NOT NULL")
SURVEYS: Final = text("SELECT id, code, status, current_version FROM surveys WHERE id = ANY(CAST(:ids AS uuid[]))")

# An answer nobody asked for counts for its own survey: who answered just now is not asked the same again.
LAST_ASKED: Final = text(
    """
    SELECT f.root, a.survey_id, max(a.sent_at), max(a.answered_at)
    FROM unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS f(root, member)
    CROSS JOIN LATERAL (
        SELECT survey_id, sent_at, CAST(NULL AS timestamptz) AS answered_at FROM invitations
        WHERE customer_id = f.member AND sent_at IS NOT NULL
        UNION ALL
        SELECT survey_id, NULL, finished_at FROM responses WHERE customer_id = f.member AND status = 'finished'
    ) AS a
    GROUP BY f.root, a.survey_id
    """
)

SETTLE: Final = text(
    """
    UPDATE invitations AS i
    SET status = t.status, reason = t.reason, next_at = t.next_at, expires_at = coalesce(t.expires_at, i.expires_at),
        sent_at = coalesce(t.sent_at, i.sent_at), again_at = coalesce(t.again_at, i.again_at),
        reminders = t.reminders, language = coalesce(t.language, i.language)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:reasons AS text[]),
                CAST(:nexts AS timestamptz[]), CAST(:ends AS timestamptz[]), CAST(:sents AS timestamptz[]),
                CAST(:agains AS timestamptz[]), CAST(:reminders AS integer[]), CAST(:languages AS text[]))
         AS t(id, status, reason, next_at, expires_at, sent_at, again_at, reminders, language)
    WHERE i.id = t.id
    """
)


@dataclass(frozen=True, slots=True)
class Due:
    """An invitation about which something has to be done."""

    id: UUID
    survey_id: UUID
    customer_id: UUID
    channel: str


@dataclass(frozen=True, slots=True)
class SurveyState:
    """What asking needs to know of a survey's row."""

    id: UUID
    code: str
    status: str
    current_version: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An invitation as it stands after the worker; None in a moment or the language leaves it as it was, but in
    `next_at`, where nothing follows."""

    id: UUID
    status: str
    reason: str | None = None
    next_at: datetime | None = None
    expires_at: datetime | None = None
    sent_at: datetime | None = None
    again_at: datetime | None = None
    reminders: int = 0
    language: str | None = None


class Asked:
    """When families were asked last. A family is named by its root, the survivor."""

    def __init__(self) -> None:
        self._of_survey: dict[tuple[UUID, UUID], datetime] = {}
        self._any: dict[UUID, datetime] = {}

    def note(self, root: UUID, survey_id: UUID, sent_at: datetime | None, answered_at: datetime | None = None) -> None:
        """Somebody of the family was invited to a survey, or answered it."""
        key = (root, survey_id)
        for moment in (sent_at, answered_at):
            if moment is not None:
                self._of_survey[key] = max(moment, self._of_survey.get(key, moment))
        if sent_at is not None:
            self._any[root] = max(sent_at, self._any.get(root, sent_at))

    def to(self, root: UUID, survey_id: UUID) -> datetime | None:
        """When the family was last asked to this survey, or answered it."""
        return self._of_survey.get((root, survey_id))

    def to_any(self, root: UUID) -> datetime | None:
        """When it was last invited to any survey."""
        return self._any.get(root)


async def due(connection: AsyncConnection, now: datetime, most: int) -> list[Due]:
    """Invitations whose moment has come, the longest due first; nothing is locked."""
    return [Due(*row) for row in await connection.execute(DUE, {"now": now, "most": most})]


async def claim(connection: AsyncConnection, ids: Sequence[UUID], now: datetime) -> list[Invitation]:
    """Those of the invitations whose moment is still there, locked; those another worker holds are left to it."""
    rows = await connection.execute(CLAIM, {"ids": list(ids), "now": now})
    return [Invitation(**row._mapping) for row in rows]


async def next_moment(connection: AsyncConnection) -> datetime | None:
    """When the next invitation is due."""
    found: datetime | None = (await connection.execute(NEXT_MOMENT)).scalar()
    return found


async def surveys(connection: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, SurveyState]:
    """The surveys of these ids."""
    rows = await connection.execute(SURVEYS, {"ids": list(ids)})
    return {row.id: SurveyState(*row) for row in rows}


async def last_asked(connection: AsyncConnection, families: Families) -> Asked:
    """When anybody of each family was asked last; the first of a family is its root."""
    members = {one[0]: one for one in families.values()}
    pairs = [(root, member) for root, family in members.items() for member in family]
    values = {"roots": [root for root, _ in pairs], "members": [member for _, member in pairs]}
    asked = Asked()
    for row in await connection.execute(LAST_ASKED, values):
        asked.note(*row)
    return asked


async def settle(connection: AsyncConnection, outcomes: Sequence[Outcome]) -> None:
    """Stores what became of claimed invitations."""
    values = {
        "ids": [one.id for one in outcomes],
        "statuses": [one.status for one in outcomes],
        "reasons": [one.reason for one in outcomes],
        "nexts": [one.next_at for one in outcomes],
        "ends": [one.expires_at for one in outcomes],
        "sents": [one.sent_at for one in outcomes],
        "agains": [one.again_at for one in outcomes],
        "reminders": [one.reminders for one in outcomes],
        "languages": [one.language for one in outcomes],
    }
    await connection.execute(SETTLE, values)
