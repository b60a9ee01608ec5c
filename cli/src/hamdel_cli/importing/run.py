"""Sending the purchases: customers first, then the purchases in lanes that keep each customer's order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import uuid4

from hamdel_cli.gateway_client import Gateway
from hamdel_cli.importing.purchases import Purchase, batches, customers_of, lanes

__all__ = ["PURCHASES_AT_ONCE", "ImportTotals", "import_purchases"]

CUSTOMERS_AT_ONCE = 1_000
PURCHASES_AT_ONCE = 500
LANES = 4

Progress = Callable[[int], None]


@dataclass
class ImportTotals:
    """What came of an import. `amount` is the sum of all accepted rows, those of an earlier import included."""

    customers: int = 0
    amount: Decimal = Decimal(0)
    statuses: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """Rows the service refused."""
        return self.statuses["rejected"]


async def import_purchases(
    gateway: Gateway,
    purchases: Sequence[Purchase],
    source: str,
    progress: Progress = lambda _: None,
    *,
    at_once: int = PURCHASES_AT_ONCE,
) -> ImportTotals:
    """Imports every row, `at_once` in a request; `progress` is told how many more are done. Safe to repeat: a row
    keeps its external id.

    Raises CommandFailedError when the gateway stays away or refuses a request as a whole.
    """
    customers = await _resolve(gateway, customers_of(purchases), source)
    totals = ImportTotals(customers=len(customers))
    async with asyncio.TaskGroup() as group:
        for lane in lanes(purchases, LANES):
            group.create_task(_send_lane(gateway, batches(lane, at_once), customers, source, totals, progress))
    return totals


async def _resolve(gateway: Gateway, customers: Sequence[str], source: str) -> dict[str, str]:
    ids: dict[str, str] = {}
    for batch in batches(customers, CUSTOMERS_AT_ONCE):
        identifiers = [{"type": f"external:{source}", "value": customer} for customer in batch]
        answer = await gateway.post(
            "/v1/customers/resolve",
            {"create_missing": True, "identifiers": identifiers},
            idempotency_key=str(uuid4()),
        )
        ids |= dict(zip(batch, (item["id"] for item in answer["items"]), strict=True))
    return ids


async def _send_lane(
    gateway: Gateway,
    lane: Iterable[Sequence[Purchase]],
    customers: Mapping[str, str],
    source: str,
    totals: ImportTotals,
    progress: Progress,
) -> None:
    for batch in lane:
        items = [purchase.body(customers[purchase.customer], source) for purchase in batch]
        # a new key for each run: the key only protects the repeats of this one request
        answer = await gateway.post("/v1/purchases/batch", {"items": items}, idempotency_key=str(uuid4()))
        for purchase, item in zip(batch, answer["items"], strict=True):
            totals.statuses[item["status"]] += 1
            if item["status"] == "rejected":
                totals.problems.append(f"{purchase.external_id}: {item.get('problem')}")
            else:
                totals.amount += purchase.amount
        progress(len(batch))
