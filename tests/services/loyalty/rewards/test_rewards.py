"""Rewards are made, changed with an entity tag, and retired; their fields have to fit together."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.services.loyalty.redemptions.support import problem
from tests.services.loyalty.support import Api

USD = {"amount": "5.00", "currency": "USD"}


@pytest.fixture
async def path(api: Api) -> str:
    return f"/v1/programs/{(await api.program())['id']}/rewards"


async def make(api: Api, path: str, **more: Any) -> httpx.Response:
    return await api.post(path, {"code": "mug", "kind": "product", "price_points": 100} | more)


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["pointer"] for each in answer.json()["errors"]]


async def test_a_reward_is_read_as_it_was_made(api: Api, path: str) -> None:
    body = {
        "code": "ten-percent",
        "kind": "percent_discount",
        "name": {"fa": "ده درصد", "en": "Ten percent"},
        "price_points": 250,
        "money": USD,
        "value": {"amount": None, "percent": "10.5", "maximum": {"amount": "20.00", "currency": "USD"}},
        "stock": 20,
        "limit_per_member": 2,
        "limit_period": "month",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_to": "2027-01-01T00:00:00Z",
        "tiers": ["gold", "silver"],
        "code_valid_days": 30,
    }
    made = await api.post(path, body)
    read = await api.get(f"{path}/ten-percent")
    assert made.status_code == 201, made.text
    assert read.json() == made.json()
    assert read.headers["etag"] == '"1"'
    assert {name: read.json()[name] for name in body} == body
    assert (read.json()["stock_left"], read.json()["active"]) == (20, True)


async def test_rewards_are_listed_in_order_of_code(api: Api, path: str) -> None:
    for code in ("b", "c", "a"):
        await make(api, path, code=code)
    first = (await api.get(f"{path}?limit=2", role="customer", customer_id=await api.customer())).json()
    second = (await api.get(f"{path}?limit=2&cursor={first['next_cursor']}")).json()
    assert [one["code"] for one in first["items"] + second["items"]] == ["a", "b", "c"]


async def test_a_code_is_given_once_in_a_programme(api: Api, path: str) -> None:
    await make(api, path)
    assert problem(await make(api, path)) == (409, "reward-exists")


async def test_an_unknown_kind_is_refused_with_those_there_are(api: Api, path: str) -> None:
    answer = await make(api, path, kind="lottery")
    assert pointers(answer) == ["/kind"]
    assert "'event_seat'" in answer.json()["errors"][0]["message"]


async def test_fields_that_do_not_fit_are_named_together(api: Api, path: str) -> None:
    euros = {"amount": "5.00", "currency": "EUR"}
    dates = {"valid_from": "2026-02-01T00:00:00Z", "valid_to": "2026-02-01T00:00:00Z"}
    assert pointers(await make(api, path, kind="gift", value={"percent": "5"}, **dates)) == [
        "/value/percent",
        "/valid_to",
    ]
    assert pointers(await make(api, path, kind="amount_discount", money=euros, value={"amount": euros})) == [
        "/money/currency",
        "/value/amount/currency",
    ]


async def test_a_change_needs_the_version_that_was_read(api: Api, path: str) -> None:
    await make(api, path)
    bare = await api.patch(f"{path}/mug", {"price_points": 90})
    first = await api.patch(f"{path}/mug", {"price_points": 90}, headers={"If-Match": '"1"'})
    late = await api.patch(f"{path}/mug", {"price_points": 80}, headers={"If-Match": '"1"'})
    assert problem(bare) == (428, "if-match-required")
    assert (first.json()["price_points"], first.headers["etag"]) == (90, '"2"')
    assert problem(late) == (412, "stale-version")
    assert [each["pointer"] for each in late.json()["errors"]] == ["/price_points"]


async def test_null_takes_a_field_away_and_what_is_not_named_stays(api: Api, path: str) -> None:
    await make(api, path, money=USD, limit_per_member=3, stock=5)
    change = {"money": None, "limit_per_member": None}
    answer = await api.patch(f"{path}/mug", change, headers={"If-Match": '"1"'})
    assert [answer.json()[name] for name in ("money", "limit_per_member", "stock", "stock_left")] == [None, None, 5, 5]


async def test_a_change_cannot_make_a_reward_that_contradicts_itself(api: Api, path: str) -> None:
    await make(api, path, kind="amount_discount", value={"amount": USD})
    assert pointers(await api.patch(f"{path}/mug", {"value": None}, headers={"If-Match": '"1"'})) == ["/value/amount"]


async def test_a_stock_is_set_anew_around_what_is_taken(api: Api, path: str) -> None:
    await make(api, path, stock=5)
    async with api.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE rewards SET stock_left = 2")
    more = await api.patch(f"{path}/mug", {"stock": 10}, headers={"If-Match": '"1"'})
    assert more.json()["stock_left"] == 7
    assert pointers(await api.patch(f"{path}/mug", {"stock": 2}, headers={"If-Match": '"2"'})) == ["/stock"]


async def test_a_reward_is_retired_once(api: Api, path: str) -> None:
    await make(api, path)
    first, second = [await api.post(f"{path}/mug/retire") for _ in range(2)]
    assert (first.json()["active"], first.json()["version"]) == (False, 2)
    assert (second.status_code, second.json()) == (200, first.json())


async def test_only_managers_make_rewards(api: Api, path: str) -> None:
    answer = await api.post(path, {"code": "mug", "kind": "product", "price_points": 1}, role="agent")
    assert problem(answer) == (403, "forbidden")


async def test_a_reward_of_an_unknown_programme_is_not_there(api: Api) -> None:
    answer = await api.get("/v1/programs/0199f5a0-0000-7000-8000-000000000001/rewards/mug")
    assert problem(answer) == (404, "unknown-program")


async def test_a_reward_that_is_not_there_is_named(api: Api, path: str) -> None:
    assert problem(await api.get(f"{path}/mug")) == (404, "unknown-reward")
    assert problem(await api.post(f"{path}/mug/retire")) == (404, "unknown-reward")
