"""Offsets are committed beside the work: in order, one commit at a time, all of them at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from hamdel.messaging.consumer.commits import Commits
from hamdel.messaging.transport import Consumer, Partition

FIRST, SECOND = Partition("test.events", 0), Partition("test.events", 1)


class Coordinator:
    """A consumer whose commits are answered when `answer` is set."""

    def __init__(self) -> None:
        self.answer = asyncio.Event()
        self.committed: list[dict[Partition, int]] = []
        self.running = self.most = 0

    async def commit(self, offsets: Mapping[Partition, int]) -> bool:
        self.running += 1
        self.most = max(self.most, self.running)
        await self.answer.wait()
        self.running -= 1
        self.committed.append(dict(offsets))
        return True


def commits_to(coordinator: Any) -> Commits:
    """Commits over a coordinator of a test."""
    return Commits(cast(Consumer, coordinator))


async def test_what_is_handled_during_a_commit_goes_into_the_next_one() -> None:
    coordinator = Coordinator()
    commits = commits_to(coordinator)
    commits.add({FIRST: 1})
    await asyncio.sleep(0)
    commits.add({FIRST: 2})
    commits.add({FIRST: 3, SECOND: 7})
    coordinator.answer.set()
    await commits.finish()
    assert coordinator.committed == [{FIRST: 1}, {FIRST: 3, SECOND: 7}]
    assert coordinator.most == 1


async def test_the_work_does_not_wait_for_the_coordinator() -> None:
    coordinator = Coordinator()
    commits = commits_to(coordinator)
    for offset in range(1, 100):
        commits.add({FIRST: offset})
        await asyncio.sleep(0)
    assert coordinator.committed == []
    coordinator.answer.set()
    await commits.finish()
    assert coordinator.committed[-1] == {FIRST: 99}


async def test_a_client_that_broke_in_a_commit_is_noticed_at_the_next_one() -> None:
    class Broken(Coordinator):
        async def commit(self, offsets: Mapping[Partition, int]) -> bool:
            raise OSError("the consumer is stopped")

    commits = commits_to(Broken())
    commits.add({FIRST: 1})
    await asyncio.sleep(0.01)
    with pytest.raises(OSError, match="stopped"):
        commits.add({FIRST: 2})
    await commits.finish()
