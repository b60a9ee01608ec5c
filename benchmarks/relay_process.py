"""One relay in a process of its own, as a replica of a service has it: `python -m benchmarks.relay_process URL BROKER`.

SIGUSR1 stands for a commit in this process.
Prints `count seconds` (seconds of the machine's monotonic clock) whenever the number of published facts has changed.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time

import structlog
import uvloop

from hamdel.database import DatabaseSettings, create_engine
from hamdel.messaging import KafkaSettings, Relay
from hamdel.messaging.relay import RelayStats

__all__ = ["SERVICE"]

SERVICE = "loyalty"
LOOK_SECONDS = 0.005


async def _report(stats: RelayStats) -> None:
    said = 0
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if stats.facts_published != said:
            said = stats.facts_published
            print(said, time.monotonic(), flush=True)


async def _run(url: str, bootstrap: str) -> None:
    engine = create_engine(DatabaseSettings(url=url))
    kafka = KafkaSettings(bootstrap=bootstrap, idempotence=False, static_membership=False, session_timeout_ms=2_000)
    relay = Relay(engine, kafka, SERVICE, None)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, relay.wake)
    await relay.start()
    reporting = asyncio.create_task(_report(relay.stats))
    await stopping.wait()
    reporting.cancel()
    await relay.stop()
    await engine.dispose()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    uvloop.run(_run(sys.argv[1], sys.argv[2]))
