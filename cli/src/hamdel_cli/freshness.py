"""Commit to view: how long after a write's answer the projected view shows the write."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hamdel_cli.errors import CommandFailedError
from hamdel_cli.gateway_client import Gateway

__all__ = ["Freshness", "measure_freshness", "quantile"]

POLL_SECONDS = 0.005
GIVE_UP_SECONDS = 15.0
SECTION = "interactions"


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds."""

    p50: float
    p99: float


def quantile(values: Sequence[float], share: float) -> float:
    """The nearest-rank quantile: the smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    rank = -(-len(ordered) * round(share * 1000) // 1000)
    return ordered[max(rank, 1) - 1]


async def measure_freshness(gateway: Gateway, customers: Sequence[str], writes: int, per_second: int) -> Freshness:
    """Records `writes` interactions, evenly spread in time and over the customers.

    The clock of one write starts when its answer (hence its commit) is here and stops when the answer of a projected
    view with that sequence is here. Raises CommandFailedError when a view does not get there within 15 s.
    """
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_one(gateway, customers[number % len(customers)], began + number / per_second))
            for number in range(writes)
        ]
    times = [task.result() for task in tasks]
    return Freshness(quantile(times, 0.5), quantile(times, 0.99))


async def _one(gateway: Gateway, customer: str, at: float) -> float:
    await asyncio.sleep(max(0.0, at - time.monotonic()))
    body = {
        "customer_id": customer,
        "channel": "web",
        "direction": "inbound",
        "kind": "visit",
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    answer = await gateway.request("POST", "/v1/interactions", body=body)
    committed = time.monotonic()
    sequence = int(answer.headers["Hamdel-Sequence"].partition(f"{SECTION}=")[2].partition(",")[0])
    while time.monotonic() < committed + GIVE_UP_SECONDS:
        view = await gateway.get(f"/v1/customers/{customer}/view")
        if view["sections"][SECTION]["sequence"] >= sequence:
            return time.monotonic() - committed
        await asyncio.sleep(POLL_SECONDS)
    raise CommandFailedError(f"the view of {customer} did not show sequence {sequence} within {GIVE_UP_SECONDS:.0f} s")
