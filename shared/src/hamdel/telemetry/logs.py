"""Logs as one JSON object a line on standard output. The access log goes its own short way: it is on every request."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any, BinaryIO

import orjson
import structlog

__all__ = ["AccessLog", "configure_logging"]

_FLUSH_SECONDS = 0.2
_FLUSH_LINES = 500


def configure_logging(service: str, level: str = "INFO") -> None:
    """structlog and the standard library's loggers, both as JSON lines with time (UTC), level, service and logger."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _naming(service),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def _naming(service: str) -> Any:
    def add(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        event.setdefault("service", service)
        return event

    return add


def _dumps(value: Any, **_: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class AccessLog:
    """Collects lines and writes them together, at most 0.2 s later; `enabled` False costs nothing."""

    def __init__(self, *, enabled: bool = True, stream: BinaryIO | None = None) -> None:
        self.enabled = enabled
        self._stream = stream
        self._lines: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None

    def write(self, entry: dict[str, Any]) -> None:
        """Adds one entry; never waits."""
        self._lines.append(orjson.dumps(entry, default=str, option=orjson.OPT_UTC_Z))
        if len(self._lines) >= _FLUSH_LINES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Writes what was collected."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._lines:
            return
        lines, self._lines = self._lines, []
        stream = self._stream or sys.stdout.buffer
        stream.write(b"\n".join(lines) + b"\n")
        stream.flush()
