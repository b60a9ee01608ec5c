"""The tuned collector still finds circles."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from hamdel.collector import spare_collector


class Node:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_not_looked_at_again() -> None:
    spare_collector()

    assert gc.get_freeze_count() > 1_000
    assert gc.get_threshold()[0] == 20_000


def test_circles_that_come_later_are_freed_without_being_asked() -> None:
    spare_collector()
    gone = weakref.ref(Node())

    kept = [Node() for _ in range(25_000)]

    assert gone() is None
    assert len(kept) == 25_000
