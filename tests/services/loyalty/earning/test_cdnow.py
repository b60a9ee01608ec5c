"""The CDNOW log (a tenth of the customers who began in the first quarter of 1997, with all they bought until mid-1998)
through the handlers of the service, against a computation that knows nothing of it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from hamdel.contracts.interaction import PurchaseRecorded
from hamdel.database import UnitOfWorkFactory
from loyalty_service.tiers.service import tier_of
from tests.services.loyalty.support import Api, Deliver

T = TypeVar("T")

FILE = Path(__file__).parents[4] / "cli" / "src" / "hamdel_cli" / "data" / "cdnow_purchases.csv"
SILVER: dict[str, Any] = {"qualify_by": "points", "downgrade": "none", "tiers": [{"code": "silver", "at": 100}]}
TOGETHER = 500


def rows() -> Sequence[Mapping[str, str]]:
    with FILE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def id_of(customer: str) -> UUID:
    return uuid5(NAMESPACE_URL, customer)


def facts() -> list[PurchaseRecorded]:
    return [
        PurchaseRecorded.model_validate(
            {
                "purchase_id": uuid5(NAMESPACE_URL, f"line {number}"),
                "customer_id": id_of(row["customer"]),
                "source": "cdnow",
                "external_id": str(number),
                "occurred_at": datetime.fromisoformat(row["date"]).replace(tzinfo=UTC),
                "items": [{"quantity": row["quantity"]}],
                "total": {"amount": row["amount_usd"], "currency": "USD"},
            }
        )
        for number, row in enumerate(rows())
    ]


def computed() -> dict[UUID, int]:
    """A point per full dollar of each purchase, from the file alone."""
    totals: defaultdict[str, int] = defaultdict(int)
    for row in rows():
        totals[row["customer"]] += int(Decimal(row["amount_usd"]).to_integral_value(ROUND_FLOOR))
    return {id_of(customer): points for customer, points in totals.items()}


def batches(things: Sequence[T]) -> list[Sequence[T]]:
    return [things[at : at + TOGETHER] for at in range(0, len(things), TOGETHER)]


async def balances(api: Api) -> dict[Any, Any]:
    return dict(await api.rows("SELECT customer_id, available FROM members"))


@pytest.mark.slow
async def test_the_cdnow_log_gives_what_the_file_says(api: Api, units: UnitOfWorkFactory, deliver: Deliver) -> None:
    program = await api.program()
    await api.rule(program["id"])
    assert (await api.put(f"/v1/programs/{program['id']}/tiers", SILVER)).status_code in (200, 201)
    expected, told = computed(), facts()

    events = [event for some in batches(told) for event in await deliver(*some, together=True)]

    assert await balances(api) == expected
    async with units.reading() as connection:
        tiers = await tier_of(connection, UUID(program["id"]), expected)
    assert tiers == {one: "silver" if points >= 100 else None for one, points in expected.items()}

    for some in batches(events[::-1]):
        await deliver(*some, *some, together=True)

    assert await balances(api) == expected
    assert await api.rows("SELECT sum(points) FROM entries") == [(sum(expected.values()),)]


def test_the_log_is_the_one_that_is_known() -> None:
    # 6,919 purchases of 2,357 customers, as Fader and Hardie describe their sample
    assert (len(rows()), len(computed())) == (6_919, 2_357)
