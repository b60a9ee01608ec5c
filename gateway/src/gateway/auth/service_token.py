"""The gateway's own token for calls to the services."""

from __future__ import annotations

import time
from pathlib import Path

__all__ = ["ServiceToken"]

_SECONDS = 5.0


class ServiceToken:
    """Reads the token's file at most every five seconds, so that it can be replaced while the gateway runs."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._token = ""
        self._read_at = float("-inf")

    def __call__(self) -> str:
        """The token; empty without a file. Raises OSError where the file cannot be read and nothing was read yet."""
        if self._file is not None and time.monotonic() - self._read_at > _SECONDS:
            try:
                self._token = self._file.read_text().strip()
            except OSError:
                if not self._token:
                    raise
            self._read_at = time.monotonic()
        return self._token
