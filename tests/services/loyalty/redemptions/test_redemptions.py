"""Points are reserved, captured, released; each exactly once."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from loyalty_service.redemptions.schemas import RedemptionBody
from tests.services.loyalty.redemptions.support import (
    act,
    assert_the_ledger_agrees,
    balance,
    make_reward,
    problem,
    redeem,
)
from tests.services.loyalty.support import NOON, Api, Clock


async def test_a_reservation_holds_points_for_a_quarter_of_an_hour(
    api: Api, clock: Clock, program: str, member: str
) -> None:
    answer = await redeem(api, member, program, points=120)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["status"], made["points"], made["available"]) == ("reserved", 120, 380)
    assert (made["reserved_until"], made["code"]) == ("2026-03-01T12:15:00Z", None)
    assert clock.now == NOON
    assert await balance(api, member) == (380, 120)


async def test_a_capture_spends_what_is_reserved_and_tells_it(api: Api, program: str, member: str) -> None:
    made = (await redeem(api, member, program, points=120)).json()
    answer = await act(api, made, "capture")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["available"]) == ("captured", 380)
    assert await balance(api, member) == (380, 0)
    told = [event for event in await api.events(member) if event["type"] == "loyalty.points_redeemed.v1"]
    assert [(one["data"]["points"], one["data"]["redemption_id"]) for one in told] == [(120, made["id"])]


async def test_a_capture_again_answers_the_same_and_spends_nothing_more(api: Api, program: str, member: str) -> None:
    made = (await redeem(api, member, program, points=120)).json()
    first, second = await act(api, made, "capture"), await act(api, made, "capture")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert await balance(api, member) == (380, 0)


async def test_a_release_gives_the_points_back_once(api: Api, program: str, member: str) -> None:
    made = (await redeem(api, member, program, points=120)).json()
    first, second = await act(api, made, "release"), await act(api, made, "release")
    assert (first.json()["status"], first.json()["available"]) == ("released", 500)
    assert (second.status_code, second.json()) == (200, first.json())
    assert await balance(api, member) == (500, 0)


async def test_what_is_released_cannot_be_captured(api: Api, program: str, member: str) -> None:
    made = (await redeem(api, member, program, points=120)).json()
    await act(api, made, "release")
    assert problem(await act(api, made, "capture")) == (409, "redemption-released")


async def test_a_capture_at_once_spends_without_a_reservation(api: Api, program: str, member: str) -> None:
    made = (await redeem(api, member, program, points=500, capture=True)).json()
    assert (made["status"], made["available"], made["reserved_until"]) == ("captured", 0, None)
    assert await balance(api, member) == (0, 0)


async def test_more_than_there_is_is_refused_and_nothing_changes(api: Api, program: str, member: str) -> None:
    answer = await redeem(api, member, program, points=501)
    assert problem(answer) == (409, "insufficient-points")
    assert await balance(api, member) == (500, 0)
    assert await api.rows("SELECT count(*) FROM redemptions") == [(0,)]


async def test_only_a_manager_undoes_what_is_captured(api: Api, program: str, member: str) -> None:
    made = (await redeem(api, member, program, points=120, capture=True)).json()
    assert problem(await act(api, made, "release", role="agent")) == (403, "forbidden")
    undone = await act(api, made, "release", role="manager")
    assert (undone.json()["status"], undone.json()["released_because"]) == ("released", "undone")
    assert await balance(api, member) == (500, 0)
    accounts = "SELECT debit, credit, points FROM entries WHERE kind = 'release'"
    assert await api.rows(accounts) == [("redeemed", "available", 120)]
    await assert_the_ledger_agrees(api)


async def test_every_write_needs_an_idempotency_key(api: Api, program: str, member: str) -> None:
    headers = {"Authorization": f"Bearer {api.tokens('agent')}", "Content-Type": "application/json"}
    path = f"/v1/members/{member}/redemptions"
    bare = await api.client.post(path, headers=headers, json={"program_id": program, "points": 1})
    made = (await redeem(api, member, program, points=1)).json()
    others = [await api.client.post(f"{path}/{made['id']}/{what}", headers=headers) for what in ("capture", "release")]
    assert [problem(each) for each in (bare, *others)] == [(400, "idempotency-key-required")] * 3


async def test_the_same_key_gives_the_same_bytes_and_spends_once(api: Api, program: str, member: str) -> None:
    key = {"Idempotency-Key": "one"}
    first = await redeem(api, member, program, points=120, capture=True, headers=key)
    second = await redeem(api, member, program, points=120, capture=True, headers=key)
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"
    assert await balance(api, member) == (380, 0)


async def test_the_same_key_for_other_points_is_refused(api: Api, program: str, member: str) -> None:
    key = {"Idempotency-Key": "one"}
    await redeem(api, member, program, points=120, headers=key)
    assert problem(await redeem(api, member, program, points=121, headers=key)) == (422, "idempotency-key-reused")


async def test_an_order_redeems_once_whatever_the_key(api: Api, program: str, member: str) -> None:
    first = await redeem(api, member, program, points=120, order_id="order-7")
    again = await redeem(api, member, program, points=120, order_id="order-7")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = await redeem(api, member, program, points=5, order_id="order-7")
    assert problem(other) == (409, "order-redeemed")
    assert await balance(api, member) == (380, 120)


async def test_an_order_whose_points_were_given_back_may_redeem_again(api: Api, program: str, member: str) -> None:
    first = (await redeem(api, member, program, points=120, order_id="order-7")).json()
    await act(api, first, "release")
    again = await redeem(api, member, program, points=300, order_id="order-7")
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]


async def test_the_newest_redemption_is_listed_first_and_pages_follow_each_other(
    api: Api, program: str, member: str
) -> None:
    made = [(await redeem(api, member, program, points=each)).json()["id"] for each in (1, 2, 3)]
    path = f"/v1/members/{member}/redemptions"
    first = (await api.get(f"{path}?limit=2")).json()
    second = (await api.get(f"{path}?limit=2&cursor={first['next_cursor']}")).json()
    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


async def test_one_redemption_is_read_with_its_entity_tag(api: Api, program: str, member: str) -> None:
    made = (await redeem(api, member, program, points=120)).json()
    answer = await api.get(f"/v1/members/{member}/redemptions/{made['id']}")
    assert answer.headers["etag"] == '"1"'
    assert answer.json() == made | {"available": None}


async def test_a_customer_redeems_for_themselves_alone(api: Api, program: str, member: str) -> None:
    mine = await redeem(api, member, program, points=10, role="customer", owner=member)
    other = await redeem(api, member, program, points=10, role="customer", owner=await api.customer())
    assert mine.status_code == 201
    assert problem(other) == (403, "forbidden")


async def test_anothers_redemption_is_not_there(api: Api, program: str, member: str) -> None:
    made = (await redeem(api, member, program, points=10)).json()
    stranger = await api.customer()
    answer = await api.get(f"/v1/members/{stranger}/redemptions/{made['id']}")
    assert problem(answer) == (404, "unknown-redemption")
    captured = await api.post(f"/v1/members/{stranger}/redemptions/{made['id']}/capture")
    assert problem(captured) == (404, "unknown-redemption")


async def test_who_takes_no_part_is_told_so(api: Api, program: str) -> None:
    assert problem(await redeem(api, await api.customer(), program, points=1)) == (409, "not-a-member")


async def test_what_does_not_exist_is_named(api: Api, program: str, member: str) -> None:
    nobody = "0199f5a0-0000-7000-8000-000000000001"
    assert problem(await redeem(api, nobody, program, points=1)) == (404, "unknown-customer")
    assert problem(await redeem(api, member, nobody, points=1)) == (404, "unknown-program")
    assert problem(await redeem(api, member, program, reward_code="none")) == (404, "unknown-reward")


@pytest.mark.parametrize(
    "fields", [{}, {"points": 1, "reward_code": "r"}, {"points": 0}, {"points": -5}, {"points": 1.5}, {"points": "7"}]
)
def test_it_must_be_either_a_reward_or_a_number_of_points(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RedemptionBody.model_validate({"program_id": "0199f5a0-0000-7000-8000-000000000001"} | fields)


async def test_a_reward_costs_its_price_and_keeps_its_code(api: Api, program: str, member: str) -> None:
    reward = await make_reward(api, program, 150, money={"amount": "5.00", "currency": "USD"})
    made = (await redeem(api, member, program, reward_code=reward["code"])).json()
    assert (made["points"], made["reward_code"], made["reward_kind"]) == (150, reward["code"], "product")
    assert made["money"] == {"amount": "5.00", "currency": "USD"}
    assert made["available"] == 350


async def test_a_reward_given_out_is_told_with_its_kind(api: Api, program: str, member: str) -> None:
    reward = await make_reward(api, program, 150, kind="gift")
    made = (await redeem(api, member, program, reward_code=reward["code"], capture=True)).json()
    (fact,) = [each["data"] for each in await api.events(member) if each["type"] == "loyalty.reward_redeemed.v1"]
    told = {name: fact[name] for name in ("redemption_id", "reward_code", "reward_kind", "points")}
    expected = {"redemption_id": made["id"], "reward_code": reward["code"], "reward_kind": "gift", "points": 150}
    assert told == expected
