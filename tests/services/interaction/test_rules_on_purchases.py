"""Purchases, refunds and corrections are told to the rules, in the transaction that stores them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson
import pytest

from hamdel.database import UnitOfWork, UnitOfWorkFactory
from interaction_service.corrections import service as corrections
from interaction_service.purchases import service as purchases
from interaction_service.purchases.service import PurchaseStore, purchase_of
from interaction_service.refunds import service as refunds
from interaction_service.rules.service import Happening
from tests.services.interaction.support import CONTEXT, Api, purchase

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


async def test_rules_hear_of_a_purchase_what_the_fact_says(api: Api, units: UnitOfWorkFactory, told: Told) -> None:
    customer = await api.customer()
    bought = (await api.post("/v1/purchases", purchase(customer, "p-1", items=[{"sku": "a"}]))).json()
    told.clear()
    async with units(CONTEXT) as unit:
        await PurchaseStore().recorded(unit, [await purchase_of(unit.connection, UUID(bought["id"]))])
    (event,) = await api.events(customer)
    ((kind, key, data),) = told
    assert (kind, key, orjson.loads(data)) == (event["type"], bought["id"], event["data"])
