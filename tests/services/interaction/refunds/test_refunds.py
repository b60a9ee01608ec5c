"""Refunds over HTTP: in part and whole, once each, and never more than was paid."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from hamdel.contracts.interaction import PurchaseRefunded
from hamdel.ids import new_id
from tests.services.interaction.support import Api, purchase, section

LINES = [{"sku": "cd-1", "quantity": 3}, {"sku": "bag"}, {"sku": "cd-1", "quantity": 2}]


def usd(amount: str) -> dict[str, str]:
    """Dollars on the wire."""
    return {"amount": amount, "currency": "USD"}


def refund(external_id: str, amount: str | None = "7.00", **changes: Any) -> dict[str, Any]:
    """A valid refund."""
    return {"external_id": external_id} | ({"amount": usd(amount)} if amount else {}) | changes


async def bought(api: Api, customer: str | None = None, **changes: Any) -> dict[str, Any]:
    """A recorded purchase of 77.00 dollars."""
    made: dict[str, Any] = (
        await api.post("/v1/purchases", purchase(customer or await api.customer(), str(new_id()), **changes))
    ).json()
    return made


async def test_a_refund_is_answered_whole_and_seen_on_the_purchase(api: Api) -> None:
    made = await bought(api, items=LINES)
    body = refund("r-1", "30.80", items=[{"sku": "cd-1", "quantity": 4}], occurred_at="2026-03-02T10:00:00Z")
    answer = await api.post(f"/v1/purchases/{made['id']}/refunds", body | {"reason": "زنگ‌زده"})
    assert answer.status_code == 201
    given = answer.json()
    assert UUID(given.pop("id")).version == 7
    assert given.pop("received_at").endswith("Z")
    assert given == {
        "purchase_id": made["id"],
        "customer_id": made["customer_id"],
        "source": "api",
        "external_id": "r-1",
        "occurred_at": "2026-03-02T10:00:00Z",
        "amount": usd("30.80"),
        "items": [{"line": 0, "sku": "cd-1", "quantity": 3}, {"line": 2, "sku": "cd-1", "quantity": 1}],
        "reason": "زنگ‌زده",
        "refunded_total": usd("30.80"),
        "purchase_total": usd("77.00"),
        "version": 1,
    }
    assert answer.headers["Hamdel-Sequence"] == "interactions=2"
    seen = await api.get(f"/v1/purchases/{made['id']}")
    assert seen.json() == made | {"refunded": usd("30.80"), "remaining": usd("46.20"), "version": 2}
    assert seen.headers["ETag"] == '"2"'


async def test_a_refund_is_told_with_its_running_total_and_without_its_reason(api: Api) -> None:
    made = await bought(api, items=LINES)
    path = f"/v1/purchases/{made['id']}/refunds"
    await api.post(path, refund("r-1", "7.00"))
    given = (await api.post(path, refund("r-2", "8.5", items=[{"line": 1}], reason="secret"))).json()
    event = (await api.events(made["customer_id"]))[-1]
    assert event["type"] == "interaction.purchase_refunded.v1"
    assert event["data"] == {
        "refund_id": given["id"],
        "purchase_id": made["id"],
        "customer_id": made["customer_id"],
        "source": "api",
        "external_id": "r-2",
        "occurred_at": given["occurred_at"],
        "amount": usd("8.5"),
        "refunded_total": usd("15.50"),
        "purchase_total": usd("77.00"),
        "items": [{"line": 1, "sku": "bag", "quantity": 1}],
    }
    assert PurchaseRefunded.model_validate(event["data"]).model_dump(mode="json") == event["data"]


async def test_without_an_amount_all_that_is_left_goes_back(api: Api) -> None:
    path = f"/v1/purchases/{(await bought(api))['id']}/refunds"
    await api.post(path, refund("r-1", "7.25"))
    answer = await api.post(path, refund("r-2", None))
    assert (answer.status_code, answer.json()["amount"], answer.json()["refunded_total"]) == (
        201,
        usd("69.75"),
        usd("77.00"),
    )
    again = await api.post(path, refund("r-3", None))
    assert (again.status_code, again.json()["type"]) == (409, "urn:hamdel:problem:refund-exceeds-purchase")


async def test_a_cent_more_than_is_left_is_refused_in_both_languages(api: Api) -> None:
    path = f"/v1/purchases/{(await bought(api))['id']}/refunds"
    await api.post(path, refund("r-1", "76.99"))
    answer = await api.post(path, refund("r-2", "0.02"), headers={"Accept-Language": "fa"})
    assert (answer.status_code, answer.json()["title"]) == (
        409,
        "مبلغ یا تعداد خواسته‌شده بیش از باقی‌ماندهٔ خرید است",
    )
    assert (await api.post(path, refund("r-3", "0.01"))).status_code == 201


async def test_fifty_refunds_at_the_same_time_never_exceed_the_purchase(api: Api) -> None:
    customer = await api.customer()
    made = await bought(api, customer, items=[{"sku": "cd-1", "quantity": 100}])
    body = {"items": [{"sku": "cd-1", "quantity": 1}]}
    answers = await asyncio.gather(
        *(api.post(f"/v1/purchases/{made['id']}/refunds", refund(str(n), "2.50") | body) for n in range(50))
    )
    # 30 times 2.50 is 75.00; a thirty-first would make 77.50 of a purchase of 77.00
    assert sorted(answer.status_code for answer in answers) == [201] * 30 + [409] * 20
    running = sorted(Decimal(a.json()["refunded_total"]["amount"]) for a in answers if a.status_code == 201)
    assert running == [Decimal("2.5") * n for n in range(1, 31)]
    (data,) = await section(api, customer)
    assert data["purchases"]["total"] == usd("2.00")
    assert data["purchases"]["totals"] == [usd("2.00") | {"gross": "77.00", "refunded": "75.00"}]
    assert data["purchases"]["recent"][0]["refunded"] == usd("75.00")
    assert await api.rows(
        "SELECT count(*), sum(amount), (SELECT returned[1] FROM purchases) FROM purchase_refunds"
    ) == [(30, Decimal("75.00"), 30)]


async def test_the_same_refund_again_gives_the_stored_one_and_moves_nothing(api: Api) -> None:
    made = await bought(api)
    path = f"/v1/purchases/{made['id']}/refunds"
    first = await api.post(path, refund("r-1", "50.00"))
    again = await api.post(path, refund("r-1", "50.0"))
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await api.get(f"/v1/purchases/{made['id']}")).json()["refunded"] == usd("50.00")
    assert [event["sequence"] for event in await api.events(made["customer_id"])] == [f"{n:020}" for n in (1, 2)]


async def test_a_taken_external_id_with_other_content_or_of_another_purchase_is_a_conflict(api: Api) -> None:
    one, other = await bought(api), await bought(api)
    await api.post(f"/v1/purchases/{one['id']}/refunds", refund("r-1"))
    for of, amount in ((one, "8.00"), (other, "7.00")):
        answer = await api.post(f"/v1/purchases/{of['id']}/refunds", refund("r-1", amount))
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:external-id-taken")


TOO_MANY: list[list[dict[str, Any]]] = [
    [{"sku": "cd-1", "quantity": 6}],
    [{"line": 0, "quantity": 4}],
    [{"line": 1}, {"sku": "bag"}],
    [{"sku": "cd-1", "quantity": 3}, {"line": 0}, {"line": 2, "quantity": 2}],
]


async def test_more_pieces_than_were_bought_are_refused(api: Api) -> None:
    path = f"/v1/purchases/{(await bought(api, items=LINES))['id']}/refunds"
    answers = [await api.post(path, refund("r-1", items=items)) for items in TOO_MANY]
    exceeds = (409, "urn:hamdel:problem:refund-exceeds-purchase")
    assert [(one.status_code, one.json()["type"]) for one in answers] == [exceeds] * 4


async def test_pieces_add_up_over_refunds(api: Api) -> None:
    path = f"/v1/purchases/{(await bought(api, items=LINES))['id']}/refunds"
    five = [await api.post(path, refund(str(n), "1.00", items=[{"sku": "cd-1"}])) for n in range(6)]
    assert [answer.status_code for answer in five] == [201] * 5 + [409]
    assert (await api.post(path, refund("bag", "1.00", items=[{"sku": "bag"}]))).status_code == 201


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"amount": {"amount": "7.00", "currency": "EUR"}}, "/amount/currency"),
    ({"amount": usd("0.00")}, ""),
    ({"amount": usd("-1.00")}, "/amount/amount"),
    ({"items": [{"sku": "shoe"}]}, "/items/0"),
    ({"items": [{"line": 3}]}, "/items/0"),
    ({"items": [{"line": 0, "sku": "cd-1"}]}, "/items/0"),
    ({"items": [{"quantity": 1}]}, "/items/0"),
    ({"items": [{"sku": "bag", "quantity": 0}]}, "/items/0/quantity"),
    ({"amount": None, "items": [{"sku": "bag"}]}, ""),
    ({"external_id": ""}, "/external_id"),
    ({"occurred_at": "tomorrow"}, "/occurred_at"),
]


async def test_what_makes_no_sense_is_refused_where_it_stands(api: Api) -> None:
    path = f"/v1/purchases/{(await bought(api, items=LINES))['id']}/refunds"
    answers = [await api.post(path, refund("r-1") | change) for change, _ in NONSENSE]
    found = [(one.status_code, [fault["pointer"] for fault in one.json()["errors"]]) for one in answers]
    assert found == [(422, [pointer]) for _, pointer in NONSENSE]


async def test_an_unknown_purchase_has_no_refunds(api: Api) -> None:
    path = f"/v1/purchases/{new_id()}/refunds"
    found = [(await api.post(path, refund("r-1"))), (await api.get(path))]
    assert [(one.status_code, one.json()["type"]) for one in found] == [
        (404, "urn:hamdel:problem:unknown-purchase")
    ] * 2


async def test_refunds_are_listed_page_by_page_the_newest_first(api: Api) -> None:
    path = f"/v1/purchases/{(await bought(api))['id']}/refunds"
    made = [(await api.post(path, refund(str(n), "1.00"))).json() for n in range(5)]
    pages: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await api.get(f"{path}?limit=2{cursor}", role="analyst")).json()
        pages.append(page["items"])
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert pages == [[made[4], made[3]], [made[2], made[1]], [made[0]]]


async def test_a_refund_of_a_merged_customer_is_counted_where_the_purchase_was_born(api: Api) -> None:
    survivor, absorbed = await api.customer(), await api.customer()
    await bought(api, survivor)
    made = await bought(api, absorbed)
    link = text("UPDATE event_streams SET linked_to = :to WHERE customer_id = :id")
    async with api.engine.begin() as connection:
        await connection.execute(link, {"to": UUID(survivor), "id": UUID(absorbed)})
    await api.post(f"/v1/purchases/{made['id']}/refunds", refund("r-1", "7.00"))
    apart = await section(api, survivor, absorbed)
    assert [data["purchases"]["total"] for data in apart] == [usd("77.00"), usd("70.00")]
    entries = (await api.get(f"/v1/customers/{survivor}/timeline?kind=refund")).json()["items"]
    assert [entry["customer_id"] for entry in entries] == [absorbed]


async def test_an_analyst_may_look_and_not_refund(api: Api) -> None:
    path = f"/v1/purchases/{(await bought(api))['id']}/refunds"
    assert (await api.post(path, refund("r-1"), role="analyst")).status_code == 403
    assert (await api.get(path, role="analyst")).status_code == 200
