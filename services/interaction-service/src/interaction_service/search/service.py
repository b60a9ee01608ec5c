"""Use cases of search: making texts findable, off the path that writes them, and finding them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import family_of
from hamdel.http.problem import FieldError, InvalidValue
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.kinds import INTERVIEW
from interaction_service.interactions.repository import by_ids
from interaction_service.search import repository
from interaction_service.search.words import customer_word, question, words_of

__all__ = ["index_some", "search"]

_AMONG_NEWEST: Final = 2_000


async def index_some(connection: AsyncConnection, most: int) -> int:
    """Makes at most so many of the waiting texts findable; gives how many there were."""
    waiting = await repository.claim(connection, most)
    words = []
    for found in waiting:
        texts = _interview(found.attributes) if found.kind == INTERVIEW else ()
        each = words_of(found.subject, found.body, *texts)
        words.append((found, [*each, customer_word(found.customer_id)]))
        await asyncio.sleep(0)  # a long text takes a millisecond, and requests are waiting
    if words:
        await repository.store(connection, words)
    return len(waiting)


async def search(
    connection: AsyncConnection,
    asked: str,
    customer_id: UUID | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[Sequence[Interaction], tuple[datetime, UUID] | None]:
    """The newest interactions with all the words, the last of which may go on, and where the next page starts (None at
    the end). Of a customer: of everybody who is one with it. Raises InvalidValue for a question without a word."""
    family = await family_of(connection, customer_id) if customer_id else ()
    query = question(asked, family)
    if query is None:
        raise InvalidValue(errors=[FieldError("/q", "must have a word", "no_word")])
    found = []
    if not family:
        found = await repository.matching_newest(connection, query, before, limit + 1, _AMONG_NEWEST)
    if len(found) <= limit:
        found = await repository.matching(connection, query, before, limit + 1)
    shown = found[:limit]
    records = await by_ids(connection, [entry.id for entry in shown]) if shown else {}
    after = (shown[-1].occurred_at, shown[-1].id) if len(found) > limit else None
    return [records[entry.id] for entry in shown], after


def _interview(attributes: str) -> Iterator[str]:
    """Every text of structured notes."""
    waiting: list[Any] = [orjson.loads(attributes)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list):
            waiting += one.values() if isinstance(one, dict) else one
