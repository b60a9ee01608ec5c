"""A stack of their own for tests that break things."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from hamdel_cli.sample import sample_path
from tests.faults.killing import Totals
from tests.support.live import LiveStack, temporary_stack

ROWS = 400


@pytest.fixture(scope="module")
def stack() -> Iterator[LiveStack]:
    """A running stack for one module; stopped at its end."""
    with temporary_stack() as live:
        yield live


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first purchases of the real log."""
    target = tmp_path_factory.mktemp("log") / "purchases.csv"
    with sample_path().open(encoding="utf-8") as file:
        target.write_text("".join(line for line, _ in zip(file, range(ROWS + 1), strict=False)), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def expected(log: Path) -> Totals:
    """Customers, purchases and sum, straight from the file."""
    with log.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return (
        len({row["customer"] for row in rows}),
        len(rows),
        sum((Decimal(row["amount_usd"]) for row in rows), Decimal()),
    )
