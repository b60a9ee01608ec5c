"""kill -9 in the middle of an import, start again, import again: totals exact, events 1…n in order, no view differs."""

from __future__ import annotations

import csv
import signal
import time
from decimal import Decimal
from pathlib import Path

import pytest

from hamdel_cli.sample import sample_path
from tests.support.live import LiveStack

ROWS = 800
VICTIMS = [
    "gateway",
    "profile-service",
    "interaction-service",
    "survey-service",
    "loyalty-service",
    "broker",
    "postgres",
    "supervisor",
    "everything",
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first purchases of the real log."""
    target = tmp_path_factory.mktemp("log") / "purchases.csv"
    with sample_path().open(encoding="utf-8") as file:
        target.write_text("".join(line for line, _ in zip(file, range(ROWS + 1), strict=False)), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def expected(log: Path) -> tuple[int, int, Decimal]:
    """Customers, purchases and sum, straight from the file."""
    with log.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return (
        len({row["customer"] for row in rows}),
        len(rows),
        sum((Decimal(row["amount_usd"]) for row in rows), Decimal()),
    )


def kill(stack: LiveStack, victim: str) -> None:
    """kill -9 of one process, or of all that the stack started."""
    names = list(stack.status["processes"])
    if victim == "supervisor":
        stack.kill_supervisor()
    elif victim == "everything":
        stack.kill_supervisor()
        for name in names:
            stack.kill(name, signal.SIGKILL, missing_ok=True)
    else:
        stack.kill(victim)


def totals(stack: LiveStack, source: str) -> tuple[int, int, Decimal]:
    """Customers, purchases and sum of one import, from the services' own rows."""
    customers = stack.fetch("profile", "SELECT count(*) FROM identifiers WHERE type = $1", f"external:{source}")
    query = "SELECT count(*), coalesce(sum(total), 0) FROM purchases WHERE source = $1"
    count, amount = stack.fetch("interaction", query, source)[0]
    return int(customers[0][0]), int(count), Decimal(amount)


@pytest.mark.parametrize("victim", VICTIMS)
def test_an_import_survives_the_death_of(
    stack: LiveStack, log: Path, expected: tuple[int, int, Decimal], victim: str
) -> None:
    source = f"kill-{victim}"
    importer = stack.spawn("import", "purchases", str(log), "--source", source)
    while totals(stack, source)[1] == 0:
        assert importer.poll() is None, "the import ended before anything could be killed"
        time.sleep(0.02)
    kill(stack, victim)
    importer.kill()
    importer.wait()
    stack.up()
    stack.hamdel("import", "purchases", str(log), "--source", source)
    assert totals(stack, source) == expected
    stack.wait_until_quiet()
    assert "differences: 0" in stack.hamdel("doctor", "--views").stdout
    for short in ("profile", "interaction"):
        seen, expected_sequences = stack.sequences_on_topic(short)
        assert seen == expected_sequences
