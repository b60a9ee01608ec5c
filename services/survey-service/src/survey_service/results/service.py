"""Counting responses."""

from __future__ import annotations

from collections.abc import Sequence

from hamdel.database import UnitOfWork
from survey_service.results.counting import FinishedResponse, Move, counters_of, last_answered
from survey_service.results.repository import counts

__all__ = ["FinishedResponse", "Move", "count", "last_answered"]


async def count(unit: UnitOfWork, finished: Sequence[FinishedResponse], moves: Sequence[Move] = ()) -> None:
    """Counts the responses that this transaction finishes, each once, and how those that are not finished went on (so
    that drop-off is known without reading them). One statement for all of them.

    A response that was stored before and is finished now is in both, its move with `after` None; one that is stored and
    finished at once only in the first. Call it last: the counters of a survey are the rows that all its writers share,
    locked until the commit. They are always locked in the same order, so two writers never wait for each other.
    """
    moved = {whose: cells for whose, cells in counters_of(finished, moves).items() if cells}
    if moved:
        await counts.add(unit.connection, moved)
