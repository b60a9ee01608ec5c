"""A stack of their own for tests that break things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.live import LiveStack, temporary_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[LiveStack]:
    """A running stack for one module; stopped at its end."""
    with temporary_stack() as live:
        yield live
