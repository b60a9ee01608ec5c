"""kill -9 of what the processes stand on, and of everything at once, in the middle of an import."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.killing import Totals, assert_the_import_survives
from tests.support.live import LiveStack

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "victim",
    ["broker", "postgres", "supervisor", "everything"],
)
def test_an_import_survives_the_death_of(stack: LiveStack, log: Path, expected: Totals, victim: str) -> None:
    assert_the_import_survives(stack, log, expected, victim)
