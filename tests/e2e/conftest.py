"""One stack for all end-to-end tests of a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.live import LiveStack, temporary_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[LiveStack]:
    """A running stack; stopped at the end of the session."""
    with temporary_stack() as live:
        yield live
