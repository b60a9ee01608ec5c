"""Whether a customer exists: asked of this process's memory, then the projection, then profile-service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from time import monotonic
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import repository
from hamdel.http.problem import NotFound, Unavailable

__all__ = ["CustomerDirectory", "Recall", "UnreachableError"]

Ask = Callable[[Sequence[UUID]], Awaitable[set[UUID]]]
"""Asks profile-service which of ≤ 100 customers it has. Raises UnreachableError when it cannot be had."""

ASKED_AT_ONCE: Final = 100


class UnreachableError(Exception):
    """profile-service did not answer, in time or at all."""


class Recall:
    """Remembers ids that were found, each for `seconds`, at most `size` of them. An unknown id is never remembered:
    it may be created in the next moment."""

    def __init__(self, size: int = 50_000, seconds: float = 600.0, clock: Callable[[], float] = monotonic) -> None:
        self._size, self._seconds, self._clock = size, seconds, clock
        self._until: dict[UUID, float] = {}

    def known(self, ids: Iterable[UUID]) -> set[UUID]:
        """Those of the ids that were found lately."""
        now, until = self._clock(), self._until
        return {one for one in ids if until.get(one, 0.0) > now}

    def add(self, ids: Iterable[UUID]) -> None:
        """Remembers these; when it is full, the oldest half is dropped."""
        until = self._clock() + self._seconds
        for one in ids:
            self._until.pop(one, None)
            self._until[one] = until
        if len(self._until) > self._size:
            self._until = dict(list(self._until.items())[-self._size // 2 :])


class CustomerDirectory:
    """Which customers may be written about (architecture §2).

    What profile-service confirms is remembered in memory and not in the projection: a second writer of that table
    would meet the consumer there in another order, and the two would wait for each other.
    """

    def __init__(self, ask: Ask, recall: Recall | None = None) -> None:
        self._ask = ask
        self._recall = recall or Recall()

    async def known(self, connection: AsyncConnection, customer_ids: set[UUID]) -> set[UUID]:
        """The customers of these that exist. Raises Unavailable when profile-service is needed and out of reach."""
        found = self._recall.known(customer_ids)
        for source in (lambda ids: repository.among_known(connection, ids), self._confirmed):
            missing = customer_ids - found
            if not missing:
                break
            answer = await source(missing)
            self._recall.add(answer)
            found |= answer
        return found

    async def require(self, connection: AsyncConnection, customer_id: UUID) -> None:
        """Raises NotFound `unknown-customer` for one who does not exist, and Unavailable like `known`."""
        if not await self.known(connection, {customer_id}):
            raise NotFound("unknown-customer", "there is no such customer")

    async def _confirmed(self, customer_ids: set[UUID]) -> set[UUID]:
        ordered = sorted(customer_ids)
        parts = [ordered[at : at + ASKED_AT_ONCE] for at in range(0, len(ordered), ASKED_AT_ONCE)]
        try:
            answers = await asyncio.gather(*(self._ask(part) for part in parts))
        except UnreachableError as error:
            raise Unavailable("profile-unreachable", "the customer cannot be checked at the moment") from error
        return customer_ids & set().union(*answers)
