"""What a consumer subscribes to and how it is tuned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hamdel.messaging.consumer.handlers import Handler

__all__ = ["ConsumerOptions", "Subscription"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """`handlers` maps a wire type such as `interaction.purchase_recorded.v1` to its one handler.

    Other types on the same topics are ignored; another major version of a type that is handled is a dead letter.
    """

    topics: tuple[str, ...]
    handlers: Mapping[str, Handler]


@dataclass(frozen=True, slots=True)
class ConsumerOptions:
    """Times are seconds. `inline_tries` in the loop, then the key is parked and tried again after each of
    `park_delays`, then it is a dead letter. `watchdog_seconds`: lag without progress for so long ends the
    process. `linger_seconds`: a consumer that has caught up waits so long for more, since a poll costs the same for one
    event as for a hundred."""

    max_records: int = 1000
    poll_timeout_ms: int = 200
    linger_seconds: float = 0.02
    inline_tries: int = 3
    park_delays: tuple[float, ...] = (60, 300, 1800, 7200, 43200)
    retrier_seconds: float = 5.0
    backoff_min_seconds: float = 0.1
    backoff_max_seconds: float = 5.0
    ping_seconds: float = 2.0
    watchdog_seconds: float = 60.0
    stop_seconds: float = 5.0
