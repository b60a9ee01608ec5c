"""Merge, traffic, un-merge: both customers' sections in all services are what they would be had the link never existed.

Every history is lived twice, by customers who are merged and un-merged on the way and by twins who never are. Points
are earned on the way and not spent: what is spent while the link holds stays spent (see the tests of merged wallets).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.linked_world import World, linked_world
from tests.support.tokens import Tokens

pytestmark = pytest.mark.slow

NAMES = "ABC"
OWN = frozenset({"id", "code", "source", "created_at", "updated_at", "recorded_at", "valid_from"})
"""What two customers with the same history differ in: ids, codes, the moments of writing."""

Step = tuple[Any, ...]

pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))
steps = st.one_of(
    st.tuples(st.just("merge"), pairs),
    st.tuples(st.just("merge"), pairs),
    st.tuples(st.just("unmerge"), st.sampled_from(NAMES)),
    st.tuples(st.just("deliver")),
    st.tuples(st.just("patch"), st.sampled_from(NAMES), st.sampled_from(["baker", "cook", None])),
    st.tuples(st.just("tags"), st.sampled_from(NAMES), st.lists(st.sampled_from(["vip", "web"]), unique=True)),
    st.tuples(st.just("identifier"), st.sampled_from(NAMES), st.sampled_from(["a", "b"])),
    st.tuples(st.just("consent"), st.sampled_from(NAMES), st.sampled_from(["granted", "denied", "withdrawn"])),
    st.tuples(st.just("interaction"), st.sampled_from(NAMES), st.sampled_from(["phone", "chat"])),
    st.tuples(st.just("purchase"), st.sampled_from(NAMES), st.integers(1, 999)),
)


class History:
    """One side of the story: three customers; `linked` says whether they are ever merged."""

    def __init__(self, world: World, *, linked: bool) -> None:
        self.world = world
        self.linked = linked
        self.ids: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        self.merges: dict[str, str] = {}
        self._number = 0

    async def begin(self) -> None:
        """Three people of whom a little is known."""
        for name in NAMES:
            body = {"name": {"given": name}, "gender": "female", "tags": [name]}
            self.ids[name] = (await self.world.call("profile", "POST", "/v1/customers", body))["id"]

    def root(self, name: str) -> str:
        """Who shows this customer."""
        while name in self.parents:
            name = self.parents[name]
        return name

    async def merge(self, survivor: str, absorbed: str) -> None:
        """Where it is possible."""
        if absorbed in self.parents or self.root(survivor) == absorbed:
            return
        if self.linked:
            path = f"/v1/customers/{self.ids[survivor]}/merges"
            answer = await self.world.call("profile", "POST", path, {"absorb": self.ids[absorbed]})
            self.merges[absorbed] = answer["merge_id"]
        self.parents[absorbed] = self.root(survivor)

    async def unmerge(self, absorbed: str) -> None:
        """Where there is a link."""
        if absorbed in self.parents:
            del self.parents[absorbed]
            if self.linked:
                path = f"/v1/customers/{self.ids[absorbed]}/merges/{self.merges.pop(absorbed)}"
                await self.world.call("profile", "DELETE", path)

    async def patch(self, name: str, body: dict[str, Any]) -> None:
        """A change of fields is made on whoever is shown."""
        path = f"/v1/customers/{self.ids[self.root(name)]}"
        version = (await self.world.call("profile", "GET", path))["version"]
        await self.world.call(
            "profile",
            "PATCH",
            path,
            body,
            **{"If-Match": f'"{version}"', "Content-Type": "application/merge-patch+json"},
        )

    async def live(self, step: Step) -> None:
        """One step; everything that has a row of its own goes under the id it is told with."""
        kind, *what = step
        self._number += 1
        if kind == "merge":
            await self.merge(*what[0])
        elif kind == "unmerge":
            await self.unmerge(what[0])
        elif kind in ("patch", "tags"):
            await self.patch(what[0], {"occupation" if kind == "patch" else "tags": what[1]})
        elif kind in ("identifier", "consent"):
            await self._profile_row(kind, *what)
        elif kind in ("interaction", "purchase"):
            await self._interaction_row(kind, *what)

    async def _profile_row(self, kind: str, name: str, value: str) -> None:
        path = f"/v1/customers/{self.ids[name]}"
        if kind == "identifier":
            body = {"type": "email", "value": f"{name}.{value}@example.org"}
            await self.world.call("profile", "POST", f"{path}/identifiers", body)
        else:
            body = {"purpose": "marketing", "channel": "email", "status": value, "source": "form"}
            await self.world.call("profile", "PUT", f"{path}/consents", body)

    async def _interaction_row(self, kind: str, name: str, value: Any) -> None:
        common = {"customer_id": self.ids[name], "occurred_at": f"2026-03-01T10:{self._number:02}:00Z"}
        if kind == "interaction":
            body = {**common, "channel": value, "direction": "inbound", "kind": "call"}
        else:
            total = {"amount": f"{value}.00", "currency": "USD"}
            body = {**common, "external_id": f"{name}{self._number}", "source": self.ids[name], "total": total}
        await self.world.call("interaction", "POST", f"/v1/{kind}s", body)

    async def sections(self) -> dict[str, Any]:
        """All sections of everybody, without what is only a customer's own."""
        return {name: _bare(await self.world.sections(id_)) for name, id_ in self.ids.items()}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if key not in OWN}
    return [_bare(each) for each in value] if isinstance(value, list) else value


@pytest.fixture
async def world(database_for: Callable[[str], str], token: Tokens) -> AsyncIterator[World]:
    """The four services, and a programme in which every dollar is a point that lapses a year later."""
    async with linked_world(database_for, token) as made:
        await club(made)
        yield made


async def club(world: World) -> None:
    """A programme that everybody takes part in who buys."""
    program = {
        "code": "club",
        "name": "The club",
        "timezone": "UTC",
        "calendar": "gregorian",
        "currency": "USD",
        "enrolment": "automatic",
        "pending_days": 0,
        "expiry": {"months": 12, "round_up_to": "none"},
    }
    made = await world.call("loyalty", "POST", "/v1/programs", program)
    per = {"amount": "1.00", "currency": "USD"}
    rule = {"code": "base", "kind": "per_amount", "points": 1, "per": per, "rounding": "floor"}
    await world.call("loyalty", "POST", f"/v1/programs/{made['id']}/rules", rule)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(steps, max_size=14), seed=st.integers(0, 2**16))
async def test_both_are_what_they_would_be_had_the_link_never_existed(
    world: World, story: list[Step], seed: int
) -> None:
    random = Random(seed)
    linked, twins = History(world, linked=True), History(world, linked=False)
    for history in (linked, twins):
        await history.begin()
    await world.deliver(random, everything=True)
    for step in story:
        for history in (linked, twins):
            await history.live(step)
        if step[0] == "deliver":
            await world.deliver(random)
    for name in random.sample(NAMES, len(NAMES)):
        await linked.unmerge(name)
    await world.deliver(random, everything=True)
    assert await linked.sections() == await twins.sections()


async def test_the_versions_are_untouched_as_well(world: World) -> None:
    history = History(world, linked=True)
    await history.begin()
    await world.deliver(Random(0), everything=True)
    before = {name: await world.sections(id_) for name, id_ in history.ids.items()}
    await history.merge("A", "B")
    await history.merge("C", "A")
    await world.deliver(Random(1), everything=True)
    for name in "BA":
        await history.unmerge(name)
    await world.deliver(Random(2), everything=True)
    assert {name: await world.sections(id_) for name, id_ in history.ids.items()} == before


async def test_while_the_link_holds_the_survivor_shows_everything_of_both(world: World) -> None:
    history = History(world, linked=True)
    await history.begin()
    await world.deliver(Random(1), everything=True)
    for step in (("interaction", "A", "phone"), ("purchase", "A", 70), ("merge", ("A", "B"))):
        await history.live(step)
    await world.deliver(Random(2), everything=True)
    for step in (("interaction", "B", "phone"), ("interaction", "B", "chat"), ("purchase", "B", 7)):
        await history.live(step)
    await world.deliver(Random(3), everything=True)
    shown, gone = [await world.sections(history.ids[name]) for name in "AB"]
    assert (shown["loyalty"]["points"]["available"], shown["loyalty"]["lifetime_points"]) == (77, 77)
    assert gone == dict.fromkeys(("profile", "interaction", "survey", "loyalty"))
    assert shown["interaction"]["by_channel"] == {"chat": 1, "phone": 2}
    assert (shown["interaction"]["total"], len(shown["interaction"]["recent"])) == (3, 3)
    assert shown["interaction"]["purchases"]["total"] == {"amount": "77.00", "currency": "USD"}
    timelines = [await world.call("interaction", "GET", f"/v1/customers/{history.ids[name]}/timeline") for name in "AB"]
    assert timelines[0] == timelines[1]
    assert len(timelines[0]["items"]) == 5


async def test_a_write_under_the_absorbed_id_answers_with_the_number_of_the_section_that_shows_it(world: World) -> None:
    history = History(world, linked=True)
    await history.begin()
    await history.merge("A", "B")
    await world.deliver(Random(1), everything=True)
    body = {
        "customer_id": history.ids["B"],
        "channel": "chat",
        "direction": "inbound",
        "kind": "question",
        "occurred_at": "2026-03-01T10:00:00Z",
    }
    answer = await world.clients["interaction"].post("/v1/interactions", json=body)
    record = await world.record("interaction", history.ids["A"])
    assert answer.headers["Hamdel-Sequence"] == f"interactions={record['sequence']}"


async def test_facts_doubled_replayed_and_shuffled_across_customers_give_the_same_state(world: World) -> None:
    history = History(world, linked=True)
    await history.begin()
    await history.merge("A", "B")
    await history.unmerge("B")
    await history.merge("B", "A")
    await history.merge("B", "C")
    outcomes = []
    for seed in range(4):
        await world.deliver(Random(seed))
    await world.deliver(Random(9), everything=True)
    for seed in range(3):
        outcomes.append(await world.links("interaction"))
        await world.deliver(Random(seed), everything=True)
    assert outcomes == [{history.ids["A"]: history.ids["B"], history.ids["C"]: history.ids["B"]}] * 3
