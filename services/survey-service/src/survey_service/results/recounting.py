"""Proof that the counters are right: the responses counted again, one by one, beside what the counters say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.definition.answers import stored_answers
from survey_service.definition.domain import Definition
from survey_service.results.counting import Cell, FinishedResponse, Move, Whose, counters_of, last_answered
from survey_service.results.reading import versions_of
from survey_service.results.repository import counts, responses
from survey_service.results.repository.responses import FIRST, Filters, Stored
from survey_service.results.tallies import Versions

__all__ = ["AT_ONCE", "differences"]

AT_ONCE: Final = 1_000


async def differences(connection: AsyncConnection, survey_id: UUID) -> dict[tuple[Whose, Cell], int]:
    """By how much counters of a survey are above (or below) a recount of its responses; empty when all are right. Reads
    every response: for checks, in one transaction (REPEATABLE READ) where responses keep coming. Raises NotFound."""
    versions = await versions_of(connection, survey_id, None)
    found = await counts.all_of(connection, survey_id)
    after = FIRST
    while page := await responses.page(connection, Filters(survey_id, None, None), after, AT_ONCE):
        for whose, cells in _recounted(versions, survey_id, page).items():
            found.subtract({(whose, cell): times for cell, times in cells.items()})
        after = page[-1].id
    return {key: times for key, times in found.items() if times}


def _recounted(versions: Versions, survey_id: UUID, page: Sequence[Stored]) -> dict[Whose, Counter[Cell]]:
    finished, begun = [], []
    for row in page:
        definition = versions.definitions[row.version]
        zone = ZoneInfo(definition.settings.timezone)
        if row.finished_at is not None:
            finished.append(_finished(definition, survey_id, row, row.finished_at.astimezone(zone).date()))
        else:
            day = row.started_at.astimezone(zone).date()
            begun.append(Move(survey_id, row.version, day, None, last_answered(definition, row.answers)))
    return counters_of(finished, begun)


def _finished(definition: Definition, survey_id: UUID, row: Stored, day: date) -> FinishedResponse:
    answers = stored_answers(definition, row.answers)
    return FinishedResponse(survey_id, row.version, day, answers, row.language, row.channel, row.attributes)
