"""Concurrent reads answered by one statement."""

from __future__ import annotations

import asyncio

import pytest

from gateway.customer_view.coalescer import Coalescer


class Source:
    """Counts what it is asked; answers when it is let go."""

    def __init__(self) -> None:
        self.batches: list[set[str]] = []
        self.go = asyncio.Event()

    async def fetch(self, keys: list[str]) -> dict[str, str]:
        """The upper case of every key but `missing`."""
        self.batches.append(set(keys))
        await self.go.wait()
        return {key: key.upper() for key in keys if key != "missing"}


async def test_reads_of_one_moment_are_one_batch() -> None:
    source = Source()
    source.go.set()
    reads = Coalescer(source.fetch)
    assert await asyncio.gather(*(reads.get(key) for key in ("a", "b", "a", "missing"))) == ["A", "B", "A", None]
    assert source.batches == [{"a", "b", "missing"}]


async def test_at_most_two_batches_run_and_the_rest_waits_together() -> None:
    source = Source()
    reads = Coalescer(source.fetch)
    waiting = []
    for key in "abcde":
        waiting.append(reads.get(key))
        await asyncio.sleep(0.001)
    assert source.batches == [{"a"}, {"b"}]
    source.go.set()
    await asyncio.gather(*waiting)
    assert source.batches == [{"a"}, {"b"}, {"c", "d", "e"}]


async def test_a_batch_has_a_limit() -> None:
    source = Source()
    source.go.set()
    reads = Coalescer(source.fetch, limit=2)
    await asyncio.gather(*(reads.get(key) for key in "abc"))
    assert source.batches == [{"a", "b"}, {"c"}]


async def test_an_error_reaches_every_read_of_its_batch_and_nobody_else() -> None:
    async def fetch(keys: list[str]) -> dict[str, str]:
        if "bad" in keys:
            raise ConnectionError("gone")
        return {key: key for key in keys}

    reads = Coalescer(fetch)
    first = [reads.get("bad"), reads.get("other")]
    results = await asyncio.gather(*first, return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionError, ConnectionError]
    assert await reads.get("good") == "good"


async def test_a_reader_that_gives_up_does_not_disturb_the_others() -> None:
    source = Source()
    reads = Coalescer(source.fetch)
    one, other = reads.get("a"), reads.get("a")
    await asyncio.sleep(0.001)
    one.cancel()
    source.go.set()
    assert await other == "A"
    with pytest.raises(asyncio.CancelledError):
        await one
