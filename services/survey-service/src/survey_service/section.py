"""Renders this service's section of the customer view.

The two newest scores of each kind come from the index of a customer's responses. The same rows give the same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.contracts.sections import EMPTY
from hamdel.database import Families

__all__ = ["SurveysSection"]

KINDS: Final = ("nps", "csat", "ces")
MOST_PENDING: Final = 10

FAMILY: Final = "unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS f(root, member)"

RESPONSES: Final = text(
    f"""
    SELECT f.root, count(*), max(r.finished_at)
    FROM {FAMILY} JOIN responses AS r ON r.customer_id = f.member AND r.status = 'finished' AND NOT r.anonymous
    GROUP BY f.root
    """  # noqa: S608
)

# Newest first; a merged customer has those of everybody who is one with it to choose from.
SCORES: Final = text(
    f"""
    SELECT root, kind, score, finished_at
    FROM (SELECT f.root, s.kind, s.score, r.finished_at,
                 row_number() OVER (PARTITION BY f.root, s.kind ORDER BY r.finished_at DESC, r.id DESC) AS place
          FROM {FAMILY}
          JOIN responses AS r ON r.customer_id = f.member AND r.status = 'finished' AND NOT r.anonymous
          CROSS JOIN LATERAL (VALUES ('nps', r.nps), ('csat', r.csat), ('ces', r.ces)) AS s(kind, score)
          WHERE s.score IS NOT NULL) AS newest
    WHERE place <= 2 ORDER BY root, kind, place
    """  # noqa: S608
)

INVITATIONS: Final = text(
    f"""
    SELECT f.root, i.id, i.survey_id, s.code, i.status, i.sent_at, i.expires_at, i.again_at
    FROM {FAMILY} JOIN invitations AS i ON i.customer_id = f.member AND i.sent_at IS NOT NULL
    JOIN surveys AS s ON s.id = i.survey_id
    ORDER BY f.root, i.sent_at DESC, i.id DESC
    """  # noqa: S608
)

# Surveys have streams too, for the facts about them.
NOBODY: Final = text("SELECT id FROM surveys WHERE id = ANY(CAST(:ids AS uuid[]))")

ROWS: Final = text(
    """
    SELECT (SELECT count(*) FROM responses WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND NOT anonymous)
         + (SELECT count(*) FROM invitations WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND sent_at IS NOT NULL)
    """
)


@dataclass
class _Found:
    responses: int = 0
    last_at: datetime | None = None
    scores: defaultdict[str, list[tuple[int, datetime]]] = field(default_factory=lambda: defaultdict(list))
    pending: list[dict[str, Any]] = field(default_factory=list)
    again_at: datetime | None = None


class SurveysSection:
    """`responses` counts finished ones and `last_at` is the newest; of anonymous surveys nothing is known here.

    `score` is the customer's last, given `at`, and `trend` its difference to the one before (null for the first).
    `pending` are invitations that wait for an answer, the newest first, at most ten; `ask_again_at` is when the
    customer may be invited to anything again, in the past where that is now, null where nobody asked yet.
    """

    section = "surveys"
    service = "survey"

    async def render(self, connection: AsyncConnection, families: Families) -> dict[UUID, bytes | None]:
        """The section of each family as JSON; one without anything gets the empty one, a survey none."""
        pairs = [(root, member) for root, members in families.items() for member in members]
        ids = {"roots": [root for root, _ in pairs], "members": [member for _, member in pairs]}
        found: defaultdict[UUID, _Found] = defaultdict(_Found)
        for root, responses, last_at in await connection.execute(RESPONSES, ids):
            found[root].responses, found[root].last_at = responses, last_at
        for root, kind, score, at in await connection.execute(SCORES, ids):
            found[root].scores[kind].append((score, at))
        for root, *invitation in await connection.execute(INVITATIONS, ids):
            _note(found[root], *invitation)
        rest: dict[UUID, bytes | None] = dict.fromkeys(
            families.keys() - found.keys(), orjson.dumps(EMPTY[self.section])
        )
        if rest:
            rest |= dict.fromkeys((await connection.execute(NOBODY, {"ids": list(rest)})).scalars())
        return {root: _document(found[root]) if root in found else rest[root] for root in families}

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        """Responses and invitations that were sent."""
        return int((await connection.execute(ROWS, {"ids": list(customer_ids)})).scalar_one())


def _note(
    found: _Found,
    invitation_id: UUID,
    survey_id: UUID,
    code: str,
    status: str,
    sent_at: datetime,
    expires_at: datetime,
    again_at: datetime | None,
) -> None:
    if again_at is not None and (found.again_at is None or again_at > found.again_at):
        found.again_at = again_at
    if status == "sent" and len(found.pending) < MOST_PENDING:
        found.pending.append(
            {
                "id": str(invitation_id),
                "survey_id": str(survey_id),
                "code": code,
                "sent_at": rfc3339(sent_at),
                "expires_at": rfc3339(expires_at),
            }
        )


def _document(found: _Found) -> bytes:
    return orjson.dumps(
        {
            "responses": found.responses,
            **{kind: _score(found.scores[kind]) for kind in KINDS},
            "last_at": _moment(found.last_at),
            "pending": found.pending,
            "ask_again_at": _moment(found.again_at),
        }
    )


def _score(newest: Sequence[tuple[int, datetime]]) -> dict[str, Any] | None:
    if not newest:
        return None
    score, at = newest[0]
    return {"score": score, "at": rfc3339(at), "trend": score - newest[1][0] if len(newest) > 1 else None}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
