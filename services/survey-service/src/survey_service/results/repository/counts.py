"""The counters: moved when a response is finished, summed when results are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.results.counting import CHANNEL, EVERYBODY, FINISHED, LANGUAGE, Cell, Whose
from survey_service.results.periods import Days
from survey_service.results.tallies import Sum

__all__ = ["Scope", "add", "all_of", "by_member", "by_period", "parts", "span", "summed"]

ADD: Final = text(
    """
    INSERT INTO result_counts AS c (survey_id, version, day, slice, question, member, item, value, count)
    SELECT * FROM unnest(
        CAST(:survey_ids AS uuid[]), CAST(:versions AS integer[]), CAST(:days AS date[]), CAST(:slices AS text[]),
        CAST(:questions AS text[]), CAST(:members AS text[]), CAST(:items AS text[]), CAST(:values AS text[]),
        CAST(:counts AS bigint[]))
    ON CONFLICT (survey_id, slice, question, version, day, member, item, value)
    DO UPDATE SET count = c.count + excluded.count
    """
)

_WITHIN: Final = """
    survey_id = :survey_id AND version = ANY(CAST(:versions AS integer[]))
    AND day BETWEEN CAST(:first AS date) AND CAST(:last AS date)
"""

SUMMED: Final = text(
    f"""
    SELECT version, question, item, value, CAST(sum(count) AS bigint) AS count
    FROM result_counts WHERE {_WITHIN} AND slice = '{EVERYBODY}'
    GROUP BY version, question, item, value
    """  # noqa: S608
)

BY_PERIOD: Final = text(
    f"""
    SELECT width_bucket(day, CAST(:starts AS date[])) AS place,
           version, question, item, value, CAST(sum(count) AS bigint) AS count
    FROM result_counts
    WHERE {_WITHIN} AND slice = '{EVERYBODY}' AND question = ANY(CAST(:questions AS text[]))
    GROUP BY place, version, question, item, value
    """  # noqa: S608
)

PARTS: Final = text(
    f"""
    SELECT slice, member, CAST(sum(count) AS bigint) AS count
    FROM result_counts WHERE {_WITHIN} AND slice IN ('{LANGUAGE}', '{CHANNEL}')
    GROUP BY slice, member ORDER BY slice, member
    """  # noqa: S608
)

SPAN: Final = text(
    f"""
    SELECT min(day) AS first, max(day) AS last
    FROM result_counts WHERE {_WITHIN} AND slice = '{EVERYBODY}' AND question = '' AND item = '{FINISHED}'
    """  # noqa: S608
)

BY_MEMBER: Final = text(
    f"""
    SELECT member, version, question, item, value, CAST(sum(count) AS bigint) AS count
    FROM result_counts WHERE {_WITHIN} AND slice = :slice AND question = :question
    GROUP BY member, version, question, item, value
    """  # noqa: S608
)

ALL: Final = text(
    "SELECT survey_id, version, day, slice, question, member, item, value, count FROM result_counts "
    "WHERE survey_id = :survey_id"
)


class Scope(NamedTuple):
    """Which counters: of a survey, of these versions, of these days."""

    survey_id: UUID
    versions: Sequence[int]
    days: Days

    def values(self) -> dict[str, Any]:
        """As the statements name it."""
        first, last = self.days
        return {"survey_id": self.survey_id, "versions": list(self.versions), "first": first, "last": last}


async def add(connection: AsyncConnection, moved: Mapping[Whose, Mapping[Cell, int]]) -> None:
    """Moves the counters, in the order of their keys."""
    ordered = [(*whose, *cell, times) for whose in sorted(moved) for cell, times in sorted(moved[whose].items())]
    names = ("survey_ids", "versions", "days", "slices", "questions", "members", "items", "values", "counts")
    await connection.execute(
        ADD, {name: list(column) for name, column in zip(names, zip(*ordered, strict=True), strict=True)}
    )


async def summed(connection: AsyncConnection, scope: Scope) -> list[Sum]:
    """What all responses add up to."""
    return [Sum._make(row) for row in await connection.execute(SUMMED, scope.values())]


async def by_period(
    connection: AsyncConnection, scope: Scope, starts: Sequence[date], questions: Sequence[str]
) -> list[tuple[int, Sum]]:
    """The same of some questions (`""` for how many responses) for each of the periods, by its place from 0."""
    values = scope.values() | {"starts": list(starts), "questions": list(questions)}
    return [(row[0] - 1, Sum._make(row[1:])) for row in await connection.execute(BY_PERIOD, values)]


async def by_member(connection: AsyncConnection, scope: Scope, slice_: str, question: str) -> list[tuple[str, Sum]]:
    """The same of one question for each member of a slice."""
    values = scope.values() | {"slice": slice_, "question": question}
    return [(row[0], Sum._make(row[1:])) for row in await connection.execute(BY_MEMBER, values)]


async def parts(connection: AsyncConnection, scope: Scope) -> dict[str, dict[str, int]]:
    """How many responses there are by language and by channel."""
    found: dict[str, dict[str, int]] = {LANGUAGE: {}, CHANNEL: {}}
    for slice_, member, count in await connection.execute(PARTS, scope.values()):
        found[slice_][member] = count
    return found


async def span(connection: AsyncConnection, scope: Scope) -> Days | None:
    """The first and the last day on which a response was finished."""
    first, last = (await connection.execute(SPAN, scope.values())).one()
    return None if first is None else Days(first, last)


async def all_of(connection: AsyncConnection, survey_id: UUID) -> Counter[tuple[Whose, Cell]]:
    """Every counter of a survey."""
    rows = await connection.execute(ALL, {"survey_id": survey_id})
    return Counter({(Whose(*row[:3]), (row[3], row[4], row[5], row[6], row[7])): row[8] for row in rows})
