"""A gatherer that lingers brings those together who come again as soon as they are answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from hamdel.context import CallContext
from hamdel.http.gathering import Gatherer, Waiting

CONTEXT = CallContext(actor="tester", correlation_id="c")


class Slow:
    """Notes the size of each batch; storing takes ten milliseconds."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def store(self, batch: Sequence[Waiting[int, int]]) -> list[int]:
        """The records themselves."""
        self.sizes.append(len(batch))
        await asyncio.sleep(0.01)
        return [each.record for each in batch]


async def come_again(gatherer: Gatherer[int, int], callers: int, times: int) -> None:
    """So many callers, each of whom asks again a moment after every answer."""

    async def one(number: int) -> None:
        for _ in range(times):
            assert await gatherer.add(number, CONTEXT) == number
            await asyncio.sleep(0.001)

    await asyncio.gather(*(one(number) for number in range(callers)))


async def test_callers_who_never_pause_end_up_in_one_batch() -> None:
    slow = Slow()
    await come_again(Gatherer[int, int](slow.store, linger=20), 8, 6)
    assert slow.sizes[-4:] == [8, 8, 8, 8]


async def test_without_lingering_they_take_turns_in_two_halves() -> None:
    slow = Slow()
    await come_again(Gatherer[int, int](slow.store), 8, 6)
    assert max(slow.sizes) < 8


async def test_it_lingers_a_part_of_the_time_that_a_batch_took_and_no_longer() -> None:
    slow = Slow()
    gatherer = Gatherer[int, int](slow.store, linger=10)
    await asyncio.gather(*(gatherer.add(number, CONTEXT) for number in range(3)))
    started = time.monotonic()
    assert await asyncio.wait_for(gatherer.add(9, CONTEXT), 5) == 9
    assert time.monotonic() - started >= 0.08


async def test_one_caller_alone_is_never_kept_waiting() -> None:
    slow = Slow()
    gatherer = Gatherer[int, int](slow.store, linger=30)
    for number in range(3):
        assert await asyncio.wait_for(gatherer.add(number, CONTEXT), 5) == number
