"""The section `interactions` of the customer view: counters that are kept, lists that are newest first."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hamdel.contracts.sections import EMPTY
from hamdel.ids import new_id
from interaction_service.purchases.domain import CurrencyTotal, main_total
from interaction_service.section import InteractionsSection
from tests.services.interaction.support import Api, interaction, purchase, section

CHANNELS = ["phone", "web", "email"]
CURRENCIES = ["USD", "EUR", "IRR"]
MOMENTS = st.integers(0, 3).map(lambda hour: f"2026-03-01T0{hour}:00:00Z")
CALLS = st.tuples(st.just("call"), st.sampled_from(CHANNELS), MOMENTS, st.integers(0, 4))
BUYS = st.tuples(st.just("buy"), st.sampled_from(CURRENCIES), MOMENTS, st.integers(0, 4))
HISTORIES = st.lists(st.lists(CALLS | BUYS, max_size=8), max_size=4)


async def test_a_customer_without_anything_has_the_empty_section(api: Api) -> None:
    assert await section(api, str(new_id())) == [EMPTY["interactions"]]


async def test_a_whole_section(api: Api) -> None:
    customer = await api.customer()
    call = interaction(customer, subject='a "quoted" متن', agent_id="a-1", outcome="done")
    called = (await api.post("/v1/interactions", call)).json()
    body = purchase(customer, "p-1", items=[{"sku": "a"}, {"sku": "b"}], occurred_at="2026-03-02T08:00:00.5Z")
    bought = (await api.post("/v1/purchases", body)).json()
    money = {"amount": "77.00", "currency": "USD"}
    assert await section(api, customer) == [
        {
            "total": 1,
            "by_channel": {"phone": 1},
            "last_at": "2026-03-02T08:00:00.500000Z",
            "recent": [
                {
                    "id": called["id"],
                    "channel": "phone",
                    "direction": "inbound",
                    "kind": "support",
                    "occurred_at": "2026-03-01T10:00:00Z",
                    "subject": 'a "quoted" متن',
                    "outcome": "done",
                    "agent_id": "a-1",
                }
            ],
            "open_cases": [],
            "purchases": {
                "count": 1,
                "total": money,
                "totals": [money | {"gross": "77.00", "refunded": "0.00"}],
                "first_at": "2026-03-02T08:00:00.500000Z",
                "last_at": "2026-03-02T08:00:00.500000Z",
                "recent": [
                    {
                        "id": bought["id"],
                        "source": "api",
                        "external_id": "p-1",
                        "occurred_at": "2026-03-02T08:00:00.500000Z",
                        "channel": "web",
                        "total": money,
                        "item_count": 2,
                    }
                ],
            },
            "next_tasks": [],
        }
    ]


async def test_the_recent_lists_are_cut_and_newest_first_though_written_in_disorder(api: Api) -> None:
    customer = await api.customer()
    minutes = [(7 * number) % 30 for number in range(30)]
    times = [f"2026-03-01T10:{minute:02}:00Z" for minute in minutes]
    await api.batch("/v1/interactions/batch", [interaction(customer, occurred_at=at) for at in times])
    buys = [purchase(customer, at, occurred_at=at) for at in times]
    await api.batch("/v1/purchases/batch", buys)
    (data,) = await section(api, customer)
    newest = sorted(times, reverse=True)
    assert [one["occurred_at"] for one in data["recent"]] == newest[:20]
    assert [one["occurred_at"] for one in data["purchases"]["recent"]] == newest[:10]
    assert (data["total"], data["purchases"]["count"]) == (30, 30)
    assert (data["purchases"]["first_at"], data["purchases"]["last_at"]) == (newest[-1], newest[0])


async def test_the_same_rows_give_the_same_bytes(api: Api) -> None:
    customer = await api.customer()
    for channel in ("web", "app", "phone"):
        await api.post("/v1/interactions", interaction(customer, channel=channel))
    ids = [UUID(customer)]
    async with api.engine.connect() as connection:
        first, second = [await InteractionsSection().render(connection, {one: (one,) for one in ids}) for _ in range(2)]
    assert first == second
    assert b'"by_channel":{"app":1,"phone":1,"web":1}' in (first[ids[0]] or b"")


async def test_many_customers_are_rendered_apart(api: Api) -> None:
    one, other, none = await api.customer(), await api.customer(), str(new_id())
    await api.post("/v1/interactions", interaction(one, channel="web"))
    await api.post("/v1/interactions", interaction(other, channel="sms"))
    found = [data["by_channel"] for data in await section(api, one, none, other)]
    assert found == [{"web": 1}, {}, {"sms": 1}]


@pytest.mark.parametrize(
    ("totals", "main"),
    [
        ([], None),
        ([("EUR", 1), ("USD", 2)], "USD"),
        ([("USD", 2), ("EUR", 2)], "EUR"),
    ],
)
def test_the_main_currency_is_the_one_with_the_most_purchases(totals: list[tuple[str, int]], main: str | None) -> None:
    found = main_total(CurrencyTotal(currency, count, Decimal(1)) for currency, count in totals)
    assert (found.currency if found else None) == main


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES)
async def test_counters_equal_what_the_distinct_records_add_up_to(api: Api, history: list[list[Any]]) -> None:
    """The third part of a record names its key as well, so that random histories are full of replays."""
    customer = await api.customer()
    calls: dict[str, tuple[str, str]] = {}
    buys: dict[str, tuple[str, str, Decimal]] = {}
    for batch in history:
        for what, of, at, number in batch:
            key = f"{of}-{at}-{number}"
            if what == "call":
                calls[key] = (of, at)
            else:
                buys[key] = (of, at, Decimal(number) / 4)
        common = {"source": customer}
        bodies = {
            "interactions": [
                interaction(customer, channel=of, occurred_at=at, external_id=f"{of}-{at}-{number}", **common)
                for what, of, at, number in batch
                if what == "call"
            ],
            "purchases": [
                purchase(
                    customer, f"{of}-{at}-{number}", occurred_at=at,
                    total={"amount": f"{Decimal(number) / 4:.2f}", "currency": of}, **common,
                )
                for what, of, at, number in batch
                if what == "buy"
            ],
        }  # fmt: skip
        for path, items in bodies.items():
            await api.batch(f"/v1/{path}/batch", items)
    (data,) = await section(api, customer)
    moments = [at for _, at in calls.values()] + [at for _, at, _ in buys.values()]
    assert data["total"] == len(calls)
    assert data["by_channel"] == dict(sorted(Counter(channel for channel, _ in calls.values()).items()))
    assert data["last_at"] == max(moments, default=None)
    totals = {currency: sum(a for c, _, a in buys.values() if c == currency) for currency, _, _ in buys.values()}
    assert data["purchases"]["count"] == len(buys)
    assert {one["currency"]: Decimal(one["amount"]) for one in data["purchases"]["totals"]} == totals
    assert [one["currency"] for one in data["purchases"]["totals"]] == sorted(totals)
    assert data["purchases"]["first_at"] == min((at for _, at, _ in buys.values()), default=None)
