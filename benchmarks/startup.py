"""P9: `hamdel up` on an empty folder, and again on the same folder."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.environment import hamdel
from benchmarks.report import Figure

__all__ = ["startup_figures"]


def _timed_up(home: Path) -> float:
    started = time.perf_counter()
    hamdel("up", "--home", str(home), "--detach")
    return time.perf_counter() - started


def startup_figures() -> list[Figure]:
    """First and second start, in seconds; the floor is what the interpreter needs to import one service."""
    home = Path(tempfile.mkdtemp(prefix="hamdel-bench-up-"))
    try:
        first = _timed_up(home)
        hamdel("down", "--home", str(home))
        second = _timed_up(home)
    finally:
        hamdel("down", "--home", str(home))
        shutil.rmtree(home, ignore_errors=True)
    return [
        Figure("P9", "`hamdel up`, empty folder → ready", f"{first:.1f} s", "", "", "≤ 10 s", first <= 10),
        Figure("P9", "`hamdel up`, second start → ready", f"{second:.1f} s", "", "", "≤ 5 s", second <= 5),
    ]
