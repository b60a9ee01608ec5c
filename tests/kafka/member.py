"""A member of a group in a process of its own, to be killed: prints the value of every record that it gets."""

from __future__ import annotations

import asyncio
import sys

from hamdel.messaging import KafkaSettings
from hamdel.messaging.consumer.client import KafkaConsumer


async def run(bootstrap: str, topic: str, instance: str) -> None:
    """Reads and commits for ever, with the settings of production."""
    consumer = KafkaConsumer(f"{topic}-readers", [topic], KafkaSettings(bootstrap=bootstrap, instance=instance))
    await consumer.start()
    while True:
        for place, records in (await consumer.poll(200, 100)).items():
            for record in records:
                print((record.value or b"").decode(), flush=True)
            await consumer.commit({place: records[-1].offset + 1})


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:4]))
