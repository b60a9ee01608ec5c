"""Recording and reading one purchase over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hamdel.contracts.interaction import PurchaseRecorded
from tests.services.interaction.support import Api, purchase

ITEMS: list[dict[str, Any]] = [
    {
        "sku": "cd-1",
        "name": "آلبوم",
        "category": "music",
        "quantity": 2,
        "unit_price": {"amount": "38.50", "currency": "USD"},
    },
    {"sku": "bag"},
]
STORED: list[dict[str, Any]] = [
    ITEMS[0],
    {"sku": "bag", "name": None, "category": None, "quantity": 1, "unit_price": None},
]


async def test_a_recorded_purchase_is_answered_whole(api: Api) -> None:
    customer = await api.customer()
    answer = await api.post("/v1/purchases", purchase(customer, "p-1", items=ITEMS, source="shop"))
    assert answer.status_code == 201
    made = answer.json()
    assert UUID(made.pop("id")).version == 7
    assert made.pop("recorded_at") == made.pop("received_at")
    assert made == {
        "customer_id": customer,
        "source": "shop",
        "external_id": "p-1",
        "occurred_at": "2026-03-01T10:00:00Z",
        "channel": "web",
        "total": {"amount": "77.00", "currency": "USD"},
        "paid_with_points": None,
        "original_total": None,
        "refunded": {"amount": "0.00", "currency": "USD"},
        "remaining": {"amount": "77.00", "currency": "USD"},
        "items": STORED,
        "version": 1,
    }
    assert answer.headers["Hamdel-Sequence"] == "interactions=1"


async def test_a_read_gives_what_the_write_gave(api: Api) -> None:
    made = (await api.post("/v1/purchases", purchase(await api.customer(), "p-1", items=ITEMS))).json()
    answer = await api.get(f"/v1/purchases/{made['id']}", role="analyst")
    assert (answer.status_code, answer.json(), answer.headers["ETag"]) == (200, made, '"1"')


async def test_a_recorded_purchase_is_told_with_its_items(api: Api) -> None:
    customer = await api.customer()
    made = (await api.post("/v1/purchases", purchase(customer, "p-1", items=ITEMS))).json()
    (event,) = await api.events(customer)
    assert event["type"] == "interaction.purchase_recorded.v1"
    assert event["data"] == {
        "purchase_id": made["id"],
        "customer_id": customer,
        "source": "api",
        "external_id": "p-1",
        "occurred_at": "2026-03-01T10:00:00Z",
        "channel": "web",
        "items": STORED,
        "total": {"amount": "77.00", "currency": "USD"},
        "paid_with_points": None,
    }
    assert PurchaseRecorded.model_validate(event["data"]).model_dump(mode="json") == event["data"]


async def test_the_part_paid_with_points_is_stored_told_and_shown(api: Api) -> None:
    paid = {"amount": "20.50", "currency": "USD"}
    customer = await api.customer()

    made = (await api.post("/v1/purchases", purchase(customer, "p-1", paid_with_points=paid))).json()

    (event,) = await api.events(customer)
    seen = (await api.get(f"/v1/purchases/{made['id']}")).json()
    assert made["paid_with_points"] == seen["paid_with_points"] == event["data"]["paid_with_points"] == paid


@pytest.mark.parametrize("paid", [{"amount": "77.01", "currency": "USD"}, {"amount": "1.00", "currency": "EUR"}])
async def test_no_more_than_the_total_is_paid_with_points(api: Api, paid: dict[str, str]) -> None:
    answer = await api.post("/v1/purchases", purchase(await api.customer(), "p-1", paid_with_points=paid))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/paid_with_points"]


@pytest.mark.parametrize("amount", ["0.00", "0", "0.0001", "77.1", "999999999999999.9999"])
async def test_an_amount_comes_back_as_it_was_sent(api: Api, amount: str) -> None:
    made = (await api.post("/v1/purchases", purchase(await api.customer(), "p-1", amount))).json()
    seen = (await api.get(f"/v1/purchases/{made['id']}")).json()
    assert made["total"] == seen["total"] == {"amount": amount, "currency": "USD"}


async def test_a_replayed_purchase_is_counted_once(api: Api) -> None:
    body = purchase(await api.customer(), "p-1")
    first = await api.post("/v1/purchases", body)
    again = await api.post("/v1/purchases", body)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert await api.rows("SELECT purchases, total::text FROM purchase_counters") == [(1, "77.00")]


async def test_an_equal_amount_spelled_otherwise_is_the_same_purchase(api: Api) -> None:
    customer = await api.customer()
    await api.post("/v1/purchases", purchase(customer, "p-1", "77.00"))
    assert (await api.post("/v1/purchases", purchase(customer, "p-1", "77.0"))).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"total": {"amount": "77.01", "currency": "USD"}},
        {"total": {"amount": "77.00", "currency": "EUR"}},
        {"paid_with_points": {"amount": "7.00", "currency": "USD"}},
        {"items": [{}]},
    ],
)
async def test_a_taken_external_id_with_other_content_is_a_conflict(api: Api, change: dict[str, Any]) -> None:
    body = purchase(await api.customer(), "p-1")
    await api.post("/v1/purchases", body)
    answer = await api.post("/v1/purchases", body | change)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:external-id-taken")


async def test_an_unknown_purchase_is_not_found(api: Api) -> None:
    answer = await api.get("/v1/purchases/0199a0de-7d2b-7a9f-8f6e-0a1b2c3d4e5f")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-purchase")
