"""What the section shows of rewards: the dearest within reach, and the vouchers that can still be used."""

from __future__ import annotations

from uuid import UUID

from hamdel.database import UnitOfWorkFactory
from loyalty_service.rewards.summary import InReach, Reach, reach
from tests.services.loyalty.redemptions.support import give, make_reward, redeem
from tests.services.loyalty.support import Api


async def reach_of(
    units: UnitOfWorkFactory, program: str, family: list[str], points: int, tier: str | None = None
) -> Reach:
    key, ids = (UUID(family[0]), UUID(program)), [UUID(one) for one in family]
    async with units.reading() as connection:
        found = await reach(connection, {ids[0]: ids}, {key: points}, {key: tier})
    return found[key]


async def test_the_five_dearest_rewards_that_the_points_are_enough_for(api: Api, units: UnitOfWorkFactory) -> None:
    program, customer = str((await api.program())["id"]), await api.customer()
    for price in (10, 20, 30, 40, 50, 60, 70):
        await make_reward(api, program, price, code=f"for-{price}")
    found = await reach_of(units, program, [customer], 60)
    assert found.rewards == tuple(InReach(f"for-{price}", price) for price in (60, 50, 40, 30, 20))


async def test_what_cannot_be_had_is_not_within_reach(api: Api, units: UnitOfWorkFactory) -> None:
    program, customer = str((await api.program())["id"]), await api.customer()
    await make_reward(api, program, 1, stock=0)
    await make_reward(api, program, 1, valid_to="2020-01-01T00:00:00Z")
    await make_reward(api, program, 1, valid_from="2999-01-01T00:00:00Z")
    await make_reward(api, program, 1, code="retired")
    await api.post(f"/v1/programs/{program}/rewards/retired/retire")
    await make_reward(api, program, 1, code="for-gold", tiers=["gold"])
    assert (await reach_of(units, program, [customer], 100)).rewards == ()
    assert (await reach_of(units, program, [customer], 100, "gold")).rewards == (InReach("for-gold", 1),)


async def test_open_vouchers_of_the_whole_family(api: Api, units: UnitOfWorkFactory) -> None:
    program, customers = str((await api.program())["id"]), [await api.customer() for _ in range(2)]
    code = (await make_reward(api, program, 1))["code"]
    made = []
    for each in customers:
        await give(units, program, each, 5)
        made.append((await redeem(api, each, program, reward_code=code, capture=True)).json())
    used = (await redeem(api, customers[0], program, reward_code=code, capture=True)).json()
    await api.post(f"/v1/vouchers/{used['code']}/use")
    found = await reach_of(units, program, customers, 0)
    assert [(one.reward_code, one.last4) for one in found.vouchers] == [(code, one["code"][-4:]) for one in made]
