"""A stack of their own for tests that break things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.live import LiveStack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """A running stack for one module; stopped at its end."""
    live = LiveStack(tmp_path_factory.mktemp("faulty"))
    live.up()
    yield live
    live.down()
