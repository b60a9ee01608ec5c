"""A voucher is given out by a capture and used once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hamdel.database import UnitOfWorkFactory
from tests.services.loyalty.redemptions.support import act, give, make_reward, problem, redeem
from tests.services.loyalty.support import Api, Clock


@pytest.fixture
async def program(api: Api) -> str:
    return str((await api.program(timezone="Asia/Tehran"))["id"])


async def given_out(api: Api, units: UnitOfWorkFactory, program: str, **reward: Any) -> dict[str, Any]:
    """The answer of a capture at once."""
    customer = await api.customer()
    await give(units, program, customer, 100)
    code = (await make_reward(api, program, 100, **reward))["code"]
    answer = await redeem(api, customer, program, reward_code=code, capture=True)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_code_is_shown_when_it_is_given_out_and_not_kept(
    api: Api, units: UnitOfWorkFactory, program: str
) -> None:
    made = await given_out(api, units, program)
    path = f"/v1/members/{made['customer_id']}/redemptions/{made['id']}"
    read = (await api.get(path)).json()
    assert len(made["code"]) == 17
    assert (read["code"], read["code_last4"]) == (None, made["code"][-4:])
    kept = await api.rows("SELECT CAST(to_jsonb(v) AS text) FROM vouchers AS v")
    assert made["code"].replace("-", "") not in kept[0][0]


async def test_a_reservation_gives_no_code_and_its_capture_does(
    api: Api, units: UnitOfWorkFactory, program: str
) -> None:
    customer = await api.customer()
    await give(units, program, customer, 100)
    code = (await make_reward(api, program, 100))["code"]
    made = (await redeem(api, customer, program, reward_code=code)).json()
    captured = (await act(api, made, "capture")).json()
    assert made["code"] is None
    assert (await api.get(f"/v1/vouchers/{captured['code']}")).json()["status"] == "open"


async def test_a_voucher_is_used_once(api: Api, units: UnitOfWorkFactory, program: str) -> None:
    made = await given_out(api, units, program, kind="gift")
    path = f"/v1/vouchers/{made['code'].lower().replace('-', ' ')}"
    first = await api.post(f"{path}/use", role="agent", subject="till-3")
    second = await api.post(f"{path}/use", role="agent", subject="till-3")
    shown = (await api.get(path, role="agent")).json()
    assert first.status_code == 200, first.text
    assert problem(second) == (409, "voucher-used")
    assert (shown["status"], shown["used_by"], shown["reward_kind"]) == ("used", "till-3", "gift")
    assert shown["redemption_id"] == made["id"]


async def test_a_repeated_request_is_not_a_second_use(api: Api, units: UnitOfWorkFactory, program: str) -> None:
    path = f"/v1/vouchers/{(await given_out(api, units, program))['code']}/use"
    first, again = [await api.post(path, headers={"Idempotency-Key": "use"}) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content


async def test_a_voucher_for_one_day_is_good_until_the_next_day_of_the_programme_is_over(
    api: Api, units: UnitOfWorkFactory, clock: Clock, program: str
) -> None:
    # issued on 1 March, 15:30 in Tehran (UTC+3:30); 2 March ends there at 20:30 UTC
    made = await given_out(api, units, program, code_valid_days=1)
    assert made["code_expires_at"] == "2026-03-02T20:30:00Z"
    clock.now = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    assert problem(await api.post(f"/v1/vouchers/{made['code']}/use")) == (409, "voucher-expired")


async def test_undoing_the_redemption_takes_the_voucher_back(api: Api, units: UnitOfWorkFactory, program: str) -> None:
    made = await given_out(api, units, program)
    assert (await act(api, made, "release")).status_code == 200
    assert problem(await api.post(f"/v1/vouchers/{made['code']}/use")) == (409, "voucher-void")


async def test_a_redemption_whose_voucher_was_used_is_not_undone(
    api: Api, units: UnitOfWorkFactory, program: str
) -> None:
    made = await given_out(api, units, program)
    await api.post(f"/v1/vouchers/{made['code']}/use")
    assert problem(await act(api, made, "release")) == (409, "voucher-used")


async def test_a_mistyped_code_and_an_unknown_one_are_told_apart(api: Api) -> None:
    mistyped, unknown = [await api.get(f"/v1/vouchers/{code}") for code in ("43333-33333-33333", "43333-33333-33339")]
    assert (mistyped.status_code, mistyped.json()["errors"][0]["pointer"]) == (422, "/path/code")
    assert problem(unknown) == (404, "unknown-voucher")


async def test_customers_do_not_look_codes_up(api: Api) -> None:
    answer = await api.get("/v1/vouchers/43333-33333-33339", role="customer", customer_id=await api.customer())
    assert problem(answer) == (403, "forbidden")
