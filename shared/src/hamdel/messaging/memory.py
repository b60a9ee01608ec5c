"""A broker in memory for unit tests: 12 partitions, murmur2, committed offsets, and failures on demand."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hamdel.messaging.partitioner import partition_of
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.topics import PARTITIONS
from hamdel.messaging.transport import Ack, Acks, Consumer, Message, Partition, Producer, Record, SendFailedError

__all__ = ["MemoryBroker", "MemoryConsumer", "MemoryProducer"]


@dataclass
class MemoryBroker:
    """`producer` and `consumer` fit where a relay or a consumer takes `new_producer` and `new_consumer`.

    `fail_next` sends fail without arriving; `lose_acks` sends arrive but fail, as a time-out does.
    """

    logs: dict[Partition, list[Record]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[tuple[str, Partition], int] = field(default_factory=dict)
    fail_next: int = 0
    lose_acks: int = 0
    down: bool = False

    def producer(self, kafka: KafkaSettings | None = None) -> Producer:
        """A producer of this broker."""
        return MemoryProducer(self)

    def consumer(self, name: str, topics: Sequence[str], kafka: KafkaSettings | None = None) -> Consumer:
        """A consumer of this broker; a group has one member, which has every partition."""
        return MemoryConsumer(self, name, topics)

    def records(self, topic: str) -> list[Record]:
        """Everything on a topic, by partition and offset."""
        return [r for place in sorted(self.logs) if place.topic == topic for r in self.logs[place]]

    def compacted(self, topic: str) -> dict[bytes, bytes]:
        """What a compacted topic comes to: the last value per key, without the tombstones."""
        last = {record.key or b"": record.value for record in self.records(topic)}
        return {key: value for key, value in last.items() if value is not None}

    def append(self, message: Message) -> Record:
        """Stores one message; what a producer does with each of its own."""
        place = Partition(message.topic, partition_of(message.key, PARTITIONS))
        log = self.logs[place]
        now = int(time.time() * 1000)
        record = Record(*place, len(log), message.key, message.value, tuple(message.headers), now)
        log.append(record)
        return record

    def forget(self) -> None:
        """What a restart does to a broker that keeps everything in memory."""
        self.logs.clear()
        self.committed.clear()


@dataclass
class MemoryProducer:
    """Sends at once."""

    broker: MemoryBroker

    async def start(self) -> None:
        """Raises SendFailedError while the broker is down."""
        if self.broker.down:
            raise SendFailedError("down")

    async def stop(self) -> None:
        """Nothing to let go of."""

    async def ping(self) -> bool:
        """Whether the broker is up."""
        return not self.broker.down

    async def send_all(self, messages: Iterable[Message]) -> Acks:
        """Raises SendFailedError as the broker was told to."""
        await asyncio.sleep(0)
        if self.broker.down or self.broker.fail_next > 0:
            self.broker.fail_next = max(0, self.broker.fail_next - 1)
            raise SendFailedError("asked for")
        acks: dict[Partition, Ack] = {}
        for message in messages:
            record = self.broker.append(message)
            place = Partition(record.topic, record.partition)
            base = acks[place].base_offset if place in acks else record.offset
            acks[place] = Ack(base, record.offset + 1)
        if self.broker.lose_acks > 0:
            self.broker.lose_acks -= 1
            raise SendFailedError("asked for, after it arrived")
        return acks


@dataclass
class MemoryConsumer:
    """Reads from the committed offsets on."""

    broker: MemoryBroker
    name: str
    topics: Sequence[str]
    positions: dict[Partition, int] = field(default_factory=dict)

    async def start(self) -> None:
        """Raises OSError while the broker is down."""
        if self.broker.down:
            raise OSError("down")
        self.positions = {place: self.broker.committed.get((self.name, place), 0) for place in self._places()}

    async def stop(self) -> None:
        """Nothing to let go of."""

    async def poll(self, timeout_ms: int, max_records: int) -> Mapping[Partition, Sequence[Record]]:
        """What is new, at once; waits for the time-out when there is nothing."""
        found: dict[Partition, Sequence[Record]] = {}
        for place in self._places():
            start = self.positions.get(place, 0)
            records = self.broker.logs[place][start : start + max_records]
            if records:
                found[place] = records
                self.positions[place] = start + len(records)
        if not found:
            await asyncio.sleep(timeout_ms / 1000)
        return found

    async def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """Always possible."""
        self.broker.committed.update({(self.name, place): offset for place, offset in offsets.items()})
        return True

    async def ping(self) -> bool:
        """Whether the broker is up."""
        return not self.broker.down

    def lag(self) -> int:
        """Exact."""
        return sum(len(self.broker.logs[place]) - self.positions.get(place, 0) for place in self._places())

    def _places(self) -> list[Partition]:
        return [Partition(topic, number) for topic in self.topics for number in range(PARTITIONS)]
