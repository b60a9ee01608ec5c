"""Purchases, refunds and corrections are told to the rules, in the transaction that stores them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import orjson
import pytest

from hamdel.database import UnitOfWork
from interaction_service.corrections import service as corrections
from interaction_service.purchases import service as purchases
from interaction_service.refunds import service as refunds
from interaction_service.rules.service import Happening
from tests.services.interaction.support import Api, purchase

Told = list[tuple[str, str, bytes]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What the rules heard: type, key and data."""
    heard: Told = []

    async def listen(_unit: UnitOfWork, fact_type: str, happenings: Sequence[Happening]) -> None:
        heard.extend((fact_type, one.key, orjson.dumps(one.data)) for one in happenings)

    for module in (purchases, refunds, corrections):
        monkeypatch.setattr(module, "tell", listen)
    return heard


async def test_rules_hear_of_a_refund_and_a_correction_what_the_fact_says(api: Api, told: Told) -> None:
    customer = await api.customer()
    bought = (await api.post("/v1/purchases", purchase(customer, "p-1"))).json()
    usd = {"amount": "7.00", "currency": "USD"}
    path = f"/v1/purchases/{bought['id']}"
    back = (await api.post(f"{path}/refunds", {"external_id": "r-1", "amount": usd})).json()
    await api.post(f"{path}/refunds", {"external_id": "r-1", "amount": usd})
    right = (await api.post(f"{path}/corrections", {"external_id": "c-1", "total": usd})).json()
    events = [(event["type"], event["data"]) for event in await api.events(customer)][-2:]
    heard = [one for one in told if not one[0].endswith("purchase_recorded.v1")]
    assert [(kind, orjson.loads(data)) for kind, _, data in heard] == events
    assert [key for _, key, _ in heard] == [back["id"], right["id"]]


async def test_rules_hear_of_a_purchase_what_the_fact_says_and_once(api: Api, told: Told) -> None:
    customer = await api.customer()
    body = purchase(customer, "p-1", items=[{"sku": "a"}])
    bought = (await api.post("/v1/purchases", body)).json()
    await api.post("/v1/purchases", body)
    (event,) = await api.events(customer)
    ((kind, key, data),) = told
    assert (kind, key, orjson.loads(data)) == (event["type"], bought["id"], event["data"])


async def test_rules_hear_of_every_new_purchase_of_a_batch(api: Api, told: Told) -> None:
    customer = await api.customer()
    first = purchase(customer, "p-1")
    await api.post("/v1/purchases", first)
    told.clear()
    answers = await api.batch("/v1/purchases/batch", [first, purchase(customer, "p-2"), purchase(customer, "p-3")])
    assert [key for _, key, _ in told] == [answer["id"] for answer in answers[1:]]


async def test_a_rule_on_purchases_acts_on_one_that_came_over_http(api: Api) -> None:
    customer = await api.customer()
    rule = {
        "code": "call-after-large-purchase",
        "active": True,
        "on": "interaction.purchase_recorded",
        "when": {"all": [{"field": "total.amount", "op": "gt", "value": "50"}]},
        "delay": {"days": 3},
        "action": {"kind": "create_task", "title": "Satisfaction call", "owner_id": "agent-7"},
    }
    made = await api.post("/v1/rules", rule, role="admin")
    assert made.status_code == 201, made.text
    await asyncio.sleep(1.1)
    small, large = purchase(customer, "p-1", "50.00"), purchase(customer, "p-2", "50.01")
    await asyncio.gather(api.post("/v1/purchases", small), api.post("/v1/purchases", large))
    tasks = (await api.get(f"/v1/tasks?customer_id={customer}")).json()["items"]
    assert [task["title"] for task in tasks] == ["Satisfaction call"]
