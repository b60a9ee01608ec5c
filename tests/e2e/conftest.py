"""One stack for all end-to-end tests of a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.live import LiveStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """A running stack; stopped at the end of the session."""
    live = LiveStack(tmp_path_factory.mktemp("stack"))
    live.up()
    yield live
    live.down()
