"""The loop under the consumers: a client that is stuck without a sign must not stay so."""

from __future__ import annotations

import asyncio
from typing import Any

from hamdel.messaging import ConsumerOptions, KafkaSettings
from hamdel.messaging.consumer.loop import ConsumerLoop
from tests.shared.messaging.world import until

TOPIC = "test.events"
KAFKA = KafkaSettings(bootstrap="memory:1")


async def test_lag_without_progress_ends_the_process() -> None:
    exits: list[int] = []

    class Stuck:
        async def start(self) -> None: ...
        async def stop(self) -> None: ...
        async def ping(self) -> bool:
            return True

        def lag(self) -> int:
            return 5

        async def commit(self, offsets: object) -> bool:
            return True

        async def poll(self, timeout_ms: int, max_records: int) -> dict[Any, Any]:
            await asyncio.sleep(0.01)
            return {}

    async def process(_: object) -> None: ...

    options = ConsumerOptions(ping_seconds=0.02, watchdog_seconds=0.2)
    loop = ConsumerLoop("stuck", (TOPIC,), process, KAFKA, options, lambda *_: Stuck(), lambda: exits.append(1))
    await loop.start()
    await until(lambda: exits, seconds=3)
    await loop.stop()
