"""A supervised child: started again when it dies, sooner after a long life than after a short one."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

from hamdel_cli.embedded.processes import ProcessMark, mark_of

__all__ = ["Child"]

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
LONG_LIFE = 10.0


class Child:
    """`launch` starts the process and returns it without waiting; `name` is what `hamdel status` calls it."""

    def __init__(self, name: str, launch: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.mark: ProcessMark | None = None
        self._launch = launch
        self._started = 0.0
        self._pause = FIRST_PAUSE
        self._next_start: float | None = None

    def start(self) -> None:
        """Starts it now. Raises what `launch` raises."""
        self.process = self._launch()
        self.mark = mark_of(self.process.pid)
        self._started = time.monotonic()
        self._next_start = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def tend(self) -> bool:
        """Starts a dead process again when its pause is over. Returns whether it was started now."""
        if self.alive:
            return False
        now = time.monotonic()
        if self._next_start is None:
            lived = now - self._started
            self._pause = FIRST_PAUSE if lived > LONG_LIFE else min(self._pause * 2, LONGEST_PAUSE)
            self._next_start = now + self._pause
        if now < self._next_start:
            return False
        self.start()
        return True
