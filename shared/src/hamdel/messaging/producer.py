"""The producer over aiokafka: whole batches per partition, everything bounded in time, thrown away when in doubt."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import zip_longest
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder, MessageAccumulator
from aiokafka.producer.sender import Sender

from hamdel.messaging.partitioner import KeyHashes
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.transport import Ack, Acks, Message, Partition, SendFailedError

__all__ = ["KafkaProducer"]

BATCH_BYTES: Final = 512 * 1024
"""Half of what Apache Kafka takes by default (message.max.bytes), so that a batch is never refused for its size."""

CLOSE_SECONDS: Final = 2.0

Batches = dict[Partition, list[BatchBuilder]]


class KafkaProducer:
    """acks=all. After any SendFailedError, and after `stop`, the object is used up: make another one.

    Batches of one partition are sent one after the other, each when the one before is acknowledged: with or without
    idempotence a later batch can never arrive while an earlier one is lost.
    """

    def __init__(self, kafka: KafkaSettings, client_id: str = "hamdel") -> None:
        self._kafka = kafka
        self._client_id = client_id
        self._producer: AIOKafkaProducer | None = None
        self._partitions: dict[str, int] = {}
        self._hashes = KeyHashes()

    async def start(self) -> None:
        """Connects; raises SendFailedError when no broker answers in time."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka.bootstrap,
            client_id=f"{self._client_id}-{self._kafka.instance}",
            acks="all",
            enable_idempotence=self._kafka.idempotence,
            linger_ms=0,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=self._kafka.request_timeout_ms,
        )
        self._producer = producer
        try:
            async with asyncio.timeout(2 * self._kafka.request_timeout):
                await producer.start()
        except (KafkaError, OSError) as error:
            await self.stop()
            raise SendFailedError(f"no broker at {self._kafka.bootstrap}") from error

    async def stop(self) -> None:
        """Lets go within a few seconds. What is still on its way is not waited for: its result is unknown."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        stopping = asyncio.create_task(producer.stop())
        await asyncio.wait([stopping], timeout=CLOSE_SECONDS)
        if stopping.done():
            _forget(stopping)
            return
        await _abandon(producer, stopping)

    async def ping(self) -> bool:
        """Whether the broker of this producer still answers. It asks for all topics, never for one by its name."""
        if self._producer is None:
            return False
        try:
            async with asyncio.timeout(self._kafka.request_timeout):
                await self._producer.client.fetch_all_metadata()
        except (KafkaError, OSError):
            return False
        return True

    async def send_all(self, messages: Iterable[Message]) -> Acks:
        """Returns when all are acknowledged; raises SendFailedError when any is not, or not in time."""
        producer = self._producer
        if producer is None:
            raise SendFailedError("the producer is stopped")
        try:
            return await self._send_batches(producer, await self._fill(producer, messages))
        except (KafkaError, OSError, asyncio.InvalidStateError, AssertionError) as error:
            raise SendFailedError(f"unknown result of a send: {type(error).__name__}") from error

    async def _fill(self, producer: AIOKafkaProducer, messages: Iterable[Message]) -> Batches:
        batches: Batches = {}
        hashes, counts, now = self._hashes, self._partitions, int(time.time() * 1000)
        # One look-up per message, then the batch's bound method: this loop is the relay's hottest.
        appends: dict[tuple[str, int], Callable[..., object]] = {}
        for topic, key, value, headers in messages:
            count = counts.get(topic) or await self._count_partitions(producer, topic)
            place = (topic, hashes[key] % count)
            fields = headers if isinstance(headers, list) else list(headers)
            append = appends.get(place)
            if append is None or append(timestamp=now, key=key, value=value, headers=fields) is None:
                batch = producer.create_batch()
                batches.setdefault(Partition(*place), []).append(batch)
                append = appends[place] = batch.append
                append(timestamp=now, key=key, value=value, headers=fields)
        return batches

    async def _count_partitions(self, producer: AIOKafkaProducer, topic: str) -> int:
        async with asyncio.timeout(2 * self._kafka.request_timeout):
            known = await producer.partitions_for(topic)
        self._partitions[topic] = len(known)
        return len(known)

    async def _send_batches(self, producer: AIOKafkaProducer, batches: Batches) -> Acks:
        acks: dict[Partition, Ack] = {}
        for wave in zip_longest(*batches.values()):
            going = {place: batch for place, batch in zip(batches, wave, strict=True) if batch is not None}
            async with asyncio.timeout(2 * self._kafka.request_timeout):
                offsets = await self._send_wave(producer, going)
            for place, offset in offsets.items():
                first = acks[place].base_offset if place in acks else offset
                acks[place] = Ack(first, offset + going[place].record_count())
        return acks

    async def _send_wave(
        self, producer: AIOKafkaProducer, batches: Mapping[Partition, BatchBuilder]
    ) -> dict[Partition, int]:
        futures = [
            await producer.send_batch(batch, place.topic, partition=place.partition) for place, batch in batches.items()
        ]
        done = await asyncio.gather(*futures)
        return {place: metadata.offset for place, metadata in zip(batches, done, strict=True)}


async def _abandon(producer: AIOKafkaProducer, stopping: asyncio.Task[None]) -> None:
    # `stop()` waits for its last batches, for ever when the broker is gone and idempotence is on. A request that is
    # left to itself would connect again and could still send: each is cancelled before the client is closed.
    ending = {stopping, *_requests(producer._sender)}
    if producer._sender.sender_task is not None:
        ending.add(producer._sender.sender_task)
    for task in ending:
        task.add_done_callback(_forget)
        task.cancel()
    await asyncio.wait(ending, timeout=CLOSE_SECONDS)
    _fail_batches(producer._message_accumulator)
    with suppress(KafkaError, OSError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await producer.client.close()


def _requests(sender: Sender) -> list[asyncio.Task[None]]:
    # aiokafka keeps them in a local variable of its sender.
    found = []
    for task in asyncio.all_tasks():
        frame = getattr(task.get_coro(), "cr_frame", None)
        if frame and frame.f_code is Sender._send_produce_req.__code__ and frame.f_locals["self"] is sender:
            found.append(task)
    return found


def _fail_batches(accumulator: MessageAccumulator) -> None:
    # What waits for a batch is woken; nobody reads the error, and a batch that was to be sent again must look pending,
    # or aiokafka's own callback breaks.
    batches = {*accumulator._pending_batches, *(each for queue in accumulator._batches.values() for each in queue)}
    accumulator._pending_batches.update(batches)
    accumulator.fail_all(KafkaError("abandoned"))
    for batch in batches:
        for waiter in (batch.future, batch._drain_waiter):
            if not waiter.cancelled():
                waiter.exception()


def _forget(task: asyncio.Task[None]) -> None:
    # The result does not matter; reading the exception keeps it from being logged as never retrieved.
    if not task.cancelled():
        task.exception()
