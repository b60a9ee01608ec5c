"""Reads whole topics as any other system would: plain aiokafka, no group, from the first record."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

__all__ = ["PARTITIONS", "TopicRecord", "first_occurrences", "read_topic"]

PARTITIONS = 12


@dataclass(frozen=True)
class TopicRecord:
    """A record with its place; `value` is None for a tombstone."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    def json(self) -> dict[str, Any]:
        """The value as an object."""
        assert self.value is not None
        decoded: dict[str, Any] = json.loads(self.value)
        return decoded


async def _read(bootstrap: str, topic: str, quiet: float) -> list[TopicRecord]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=20
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
        found: list[TopicRecord] = []
        while batch := await consumer.getmany(timeout_ms=int(quiet * 1000)):
            found += [
                TopicRecord(tp.partition, r.offset, r.key, r.value, tuple(r.headers))
                for tp, records in batch.items()
                for r in records
            ]
        return found
    finally:
        await asyncio.wait_for(consumer.stop(), 10)


def read_topic(bootstrap: str, topic: str, *, quiet: float = 1.0) -> list[TopicRecord]:
    """Every record there is; the end is `quiet` seconds without another one (the embedded broker's end offsets are
    wrong). Order is that of the log within a partition."""
    return asyncio.run(_read(bootstrap, topic, quiet))


def first_occurrences(records: list[TopicRecord]) -> dict[str, list[int]]:
    """Per subject the sequences in the order in which each was first seen; what an idempotent reader applies."""
    seen: dict[str, dict[int, None]] = defaultdict(dict)
    for record in records:
        event = record.json()
        seen[event["subject"]].setdefault(int(event["sequence"]))
    return {subject: list(sequences) for subject, sequences in seen.items()}
