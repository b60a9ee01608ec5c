"""kill -9 in the middle of an import, start again, import again: what all tests of the kind share."""

from __future__ import annotations

import signal
import time
from decimal import Decimal
from pathlib import Path

from tests.support.live import LiveStack

__all__ = ["Totals", "assert_the_import_survives"]

Totals = tuple[int, int, Decimal]


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


def totals(stack: LiveStack, source: str) -> Totals:
    """Customers, purchases and sum of one import, from the services' own rows."""
    customers = stack.fetch("profile", "SELECT count(*) FROM identifiers WHERE type = $1", f"external:{source}")
    query = "SELECT count(*), coalesce(sum(total), 0) FROM purchases WHERE source = $1"
    count, amount = stack.fetch("interaction", query, source)[0]
    return int(customers[0][0]), int(count), Decimal(amount)


def assert_the_import_survives(stack: LiveStack, log: Path, expected: Totals, victim: str) -> None:
    """Totals exact, the events of every customer 1…n in order of their first occurrence, no view differs."""
    source = f"kill-{victim}"
    importer = stack.spawn("import", "purchases", str(log), "--source", source, "--at-once", "20")
    while totals(stack, source)[1] == 0:
        assert importer.poll() is None, "the import ended before anything could be killed"
        time.sleep(0.02)
    kill(stack, victim)
    importer.kill()
    importer.wait()
    stack.up()
    assert 0 < totals(stack, source)[1] < expected[1], "it was not the middle of the import"
    stack.hamdel("import", "purchases", str(log), "--source", source)
    assert totals(stack, source) == expected
    stack.wait_until_quiet()
    assert "differences: 0" in stack.hamdel("doctor", "--views").stdout
    for short in ("profile", "interaction"):
        seen, expected_sequences = stack.sequences_on_topic(short)
        assert seen == expected_sequences
