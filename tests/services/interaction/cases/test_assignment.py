"""Who answers for a case: exact, however many are assigned at once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.database import UnitOfWorkFactory
from interaction_service.queues.domain import least_busy, round_robin
from tests.services.interaction.cases.support import act, facts, opened, owned_by, queue, refused
from tests.services.interaction.conversations.support import merged
from tests.services.interaction.support import Api

AGENTS = ["ann", "bob", "cem", "dia"]


@given(members=st.lists(st.text(min_size=1), min_size=1, max_size=9, unique=True), rounds=st.integers(1, 5))
def test_after_whole_rounds_everybody_had_as_many_turns(members: list[str], rounds: int) -> None:
    turns = Counter(round_robin(members, turn) for turn in range(len(members) * rounds))
    assert set(turns.values()) == {rounds}


@given(members=st.lists(st.text(min_size=1), min_size=1, max_size=9, unique=True), cases=st.integers(0, 60))
def test_one_by_one_the_least_busy_stay_within_one_case_of_each_other(members: list[str], cases: int) -> None:
    loads: Counter[str] = Counter()
    for _ in range(cases):
        loads[least_busy(members, loads)] += 1
    counts = [loads[member] for member in members]
    assert max(counts) - min(counts) <= 1


async def owners(api: Api) -> Counter[str]:
    """How many cases everybody has."""
    return Counter(owner for (owner,) in await api.rows("SELECT owner_id FROM cases WHERE owner_id IS NOT NULL"))


@pytest.mark.parametrize("strategy", ["round_robin", "least_busy"])
async def test_40_assigned_at_once_are_10_for_each_of_four(api: Api, strategy: str) -> None:
    await queue(api, "parts", *AGENTS)
    made = [(await opened(api, await api.customer(), queue="parts"))["id"] for _ in range(40)]
    await asyncio.gather(*(act(api, one, "assign", {"strategy": strategy}) for one in made))
    assert await owners(api) == dict.fromkeys(AGENTS, 10)


async def test_40_opened_at_once_in_a_queue_that_assigns_are_10_for_each_of_four(api: Api) -> None:
    await queue(api, "parts", *AGENTS, strategy="least_busy")
    customers = [await api.customer() for _ in range(40)]
    await asyncio.gather(*(opened(api, one, queue="parts") for one in customers))
    assert await owners(api) == dict.fromkeys(AGENTS, 10)


async def test_the_least_busy_are_those_with_the_fewest_open_cases(api: Api) -> None:
    await queue(api, "parts", "ann", "bob")
    for owner in ("ann", "bob", "bob"):
        made = (await opened(api, await api.customer(), owner_id=owner))["id"]
        if owner == "bob":
            await act(api, made, "resolve")
    made = (await opened(api, await api.customer(), queue="parts"))["id"]
    assert (await act(api, made, "assign", {"strategy": "least_busy"}))["owner_id"] == "bob"


async def test_turns_go_round_in_the_order_of_the_members(api: Api) -> None:
    await queue(api, "parts", "ann", "bob", strategy="round_robin")
    made = [(await opened(api, await api.customer(), queue="parts"))["owner_id"] for _ in range(3)]
    assert made == ["ann", "bob", "ann"]


async def test_an_agent_is_named_by_hand_and_told_of_once(api: Api) -> None:
    customer = await api.customer()
    made = (await opened(api, customer))["id"]
    for _ in range(2):
        assert (await act(api, made, "assign", {"agent_id": "zoe"}))["owner_id"] == "zoe"
    told = [(data["strategy"], data["owner_id"]) for name, data in await facts(api, customer) if name != "case_opened"]
    assert told == [("manual", "zoe")]


async def test_the_customers_own_agent_gets_the_case(api: Api, units: UnitOfWorkFactory) -> None:
    customer = await api.customer()
    made = (await opened(api, customer))["id"]
    assert await refused(api, made, "assign", {"strategy": "relationship_owner"}) == (409, "no-owner")
    await owned_by(units, customer, "eva")
    assert (await act(api, made, "assign", {"strategy": "relationship_owner"}))["owner_id"] == "eva"
    await owned_by(units, customer, None)
    assert await refused(api, made, "assign", {"strategy": "relationship_owner"}) == (409, "no-owner")


async def test_of_merged_customers_the_survivors_agent_comes_first(api: Api, units: UnitOfWorkFactory) -> None:
    absorbed, survivor = await api.customer(), await api.customer()
    await owned_by(units, absorbed, "old")
    await merged(units, survivor, absorbed)
    made = (await opened(api, survivor))["id"]
    assert (await act(api, made, "assign", {"strategy": "relationship_owner"}))["owner_id"] == "old"
    await owned_by(units, survivor, "new")
    assert (await act(api, made, "assign", {"strategy": "relationship_owner"}))["owner_id"] == "new"


async def test_where_nobody_can_be_found_the_case_stays_as_it_is(api: Api) -> None:
    await queue(api, "empty")
    made = (await opened(api, await api.customer()))["id"]
    assert await refused(api, made, "assign", {}) == (409, "no-queue")
    assert await refused(api, made, "assign", {"strategy": "round_robin"}) == (409, "no-queue")
    assert await refused(api, made, "assign", {"strategy": "round_robin", "queue": "empty"}) == (409, "empty-queue")
    assert await refused(api, made, "assign", {"queue": "nowhere"}) == (404, "unknown-queue")
    shown = (await api.get(f"/v1/cases/{made}")).json()
    assert (shown["owner_id"], shown["queue"], shown["version"]) == (None, None, 1)
