"""The seam between Hamdel and a Kafka client: plain records, and what a producer and a consumer must do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

__all__ = ["Ack", "Acks", "Consumer", "Headers", "Message", "Partition", "Producer", "Record", "SendFailedError"]

Headers = Sequence[tuple[str, bytes]]


class Partition(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Ack(NamedTuple):
    """Where a partition's messages of one call ended up: the first offset taken, and the one after the last."""

    base_offset: int
    next_offset: int


Acks = Mapping[Partition, Ack]


class Message(NamedTuple):
    """To be sent. `value` None is a tombstone; the key decides the partition (murmur2, as the Java client)."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers = ()


class Record(NamedTuple):
    """As received. `timestamp_ms` is milliseconds since 1970-01-01T00:00:00Z."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int


class SendFailedError(Exception):
    """The result of a send is unknown: some messages may have arrived. Send all of them again, in order."""


class Producer(Protocol):
    """Sends in order per key. Any failure is an unknown result: rebuild the producer and send again."""

    async def start(self) -> None:
        """Connects; raises SendFailedError when no broker answers in time."""

    async def stop(self) -> None:
        """Lets go of everything within a bounded time; never raises."""

    async def send_all(self, messages: Iterable[Message]) -> Acks:
        """Returns when every message is acknowledged by all replicas; raises SendFailedError otherwise."""

    async def ping(self) -> bool:
        """Whether the broker of this producer still answers."""


class Consumer(Protocol):
    """Reads the partitions that its group gives it, from the committed offset or the earliest."""

    async def start(self) -> None:
        """Joins the group; raises OSError or TimeoutError when no broker answers in time."""

    async def stop(self) -> None:
        """Leaves within a bounded time; never raises."""

    async def poll(self, timeout_ms: int, max_records: int) -> Mapping[Partition, Sequence[Record]]:
        """The next records by partition, in offset order; empty when none came in time."""

    async def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """Stores the next offsets to read; False when it was not possible (the records may come again)."""

    async def ping(self) -> bool:
        """Whether the broker of this consumer still answers."""

    def lag(self) -> int:
        """Records that are known to exist and were not returned by `poll` yet."""
