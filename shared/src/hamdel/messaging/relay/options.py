"""What can be tuned in a relay, and what it reports about itself."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RelayOptions", "RelayStats"]


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """Times are seconds. `claim_rows` is the most rows read per shard and statement (fewer when they
    are large: a statement reads some megabytes), `section_rows` the most
    customers per rendering query, `lanes` the number of shard groups that work at the same time."""

    lease_seconds: float = 10.0
    claim_rows: int = 2_000
    section_rows: int = 500
    lanes: int = 2
    poll_min_seconds: float = 0.02
    poll_max_seconds: float = 1.0
    ping_seconds: float = 2.0
    stop_seconds: float = 5.0
    retention_seconds: float = 600.0


@dataclass(slots=True)
class RelayStats:
    """Counters since the start of this relay; `shards` are the ones it holds now."""

    facts_published: int = 0
    sections_published: int = 0
    producer_rebuilds: int = 0
    broker_restores: int = 0
    shards: tuple[int, ...] = ()
    last_error: str | None = None
    connected: bool = False
