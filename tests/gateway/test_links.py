"""Which row shows an absorbed customer: a part of the newest profile sections, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.customer_view.sections import BadSectionError, parse_section
from hamdel.contracts.sections import encode_section
from hamdel.ids import new_id
from hamdel.messaging.transport import Record
from tests.gateway.conftest import Projection, record_of
from tests.gateway.families import Link, merge_ids, profile_section
from tests.gateway.peers import AT

FIRST, SECOND, THIRD = merge_ids(3)


async def survivor(projection: Projection, customer: UUID) -> UUID | None:
    """Whose row shows an absorbed customer."""
    row = await projection.views.survivor(customer)
    return row.customer_id if row else None


async def test_an_absorbed_id_leads_to_its_survivor(projection: Projection) -> None:
    s, a = new_id(), new_id()
    await projection.apply("profile", profile_section(s, 1, (a, s, FIRST)))
    assert await survivor(projection, a) == s


async def test_a_merge_that_was_undone_leads_nowhere(projection: Projection) -> None:
    s, a = new_id(), new_id()
    await projection.apply("profile", profile_section(s, 1, (a, s, FIRST)))
    await projection.apply("profile", profile_section(s, 2))
    assert await survivor(projection, a) is None


async def test_an_older_section_does_not_bring_a_link_back(projection: Projection) -> None:
    s, a = new_id(), new_id()
    await projection.apply("profile", profile_section(s, 2))
    await projection.apply("profile", profile_section(s, 1, (a, s, FIRST)))
    assert await survivor(projection, a) is None


async def test_an_older_section_does_not_take_a_link_away(projection: Projection) -> None:
    s, a = new_id(), new_id()
    await projection.apply("profile", profile_section(s, 2, (a, s, FIRST)))
    await projection.apply("profile", profile_section(s, 1))
    assert await survivor(projection, a) == s


async def test_a_link_of_an_older_section_in_the_same_poll_is_ignored(projection: Projection) -> None:
    s, a = new_id(), new_id()
    await projection.apply("profile", profile_section(s, 2), profile_section(s, 1, (a, s, FIRST)))
    assert await survivor(projection, a) is None


async def test_the_other_sections_leave_the_links_alone(projection: Projection) -> None:
    s, a = new_id(), new_id()
    await projection.apply("profile", profile_section(s, 1, (a, s, FIRST)))
    await projection.apply("loyalty", encode_section(s, "loyalty", 9, AT, b'{"points":1}'))
    await projection.remove("loyalty", s, sequence=10)
    assert await survivor(projection, a) == s


async def test_a_whole_chain_leads_to_its_end_in_one_step(projection: Projection) -> None:
    s, a, c = new_id(), new_id(), new_id()
    await projection.apply("profile", profile_section(s, 1, (a, s, SECOND), (c, a, FIRST)))
    assert [await survivor(projection, one) for one in (a, c)] == [s, s]


async def test_a_survivor_that_is_absorbed_itself_shows_nobody_any_more(projection: Projection) -> None:
    a, c = new_id(), new_id()
    await projection.apply("profile", profile_section(a, 1, (c, a, FIRST)))
    await projection.remove("profile", a, sequence=2)
    assert await survivor(projection, c) is None


async def test_a_tombstone_older_than_the_section_leaves_its_links(projection: Projection) -> None:
    a, c = new_id(), new_id()
    await projection.apply("profile", profile_section(a, 3, (c, a, FIRST)))
    await projection.remove("profile", a, sequence=2)
    assert await survivor(projection, c) == a


async def test_a_chain_is_shown_by_its_new_end_while_the_old_ends_tombstone_is_on_its_way(
    projection: Projection,
) -> None:
    s, a, c = new_id(), new_id(), new_id()
    await projection.apply("profile", profile_section(a, 7, (c, a, FIRST), minute=1))
    await projection.apply("profile", profile_section(s, 2, (a, s, SECOND), (c, a, FIRST), minute=2))
    assert await survivor(projection, c) == s


async def test_what_was_merged_deeper_goes_back_with_its_parent(projection: Projection) -> None:
    s, a, c = new_id(), new_id(), new_id()
    await projection.apply("profile", profile_section(s, 2, (a, s, SECOND), (c, a, FIRST), minute=2))
    await projection.apply("profile", profile_section(a, 8, (c, a, FIRST), minute=3))
    assert await survivor(projection, c) == a


async def test_a_link_deep_in_a_family_that_was_undone_leads_nowhere(projection: Projection) -> None:
    s, a, c = new_id(), new_id(), new_id()
    await projection.apply("profile", profile_section(s, 1, (a, s, SECOND), (c, a, FIRST)))
    await projection.apply("profile", profile_section(s, 2, (a, s, SECOND)))
    assert [await survivor(projection, one) for one in (a, c)] == [s, None]


@pytest.mark.parametrize("newer_first", [True, False])
async def test_of_two_merges_of_one_customer_the_newer_counts_while_the_undoing_is_on_its_way(
    projection: Projection, newer_first: bool
) -> None:
    s, t, a = new_id(), new_id(), new_id()
    # The later section is that of the older merge: it is the merge that decides.
    sections = [profile_section(s, 1, (a, s, FIRST), minute=5), profile_section(t, 1, (a, t, SECOND), minute=4)]
    await projection.apply("profile", *sections[:: -1 if newer_first else 1])
    assert await survivor(projection, a) == t


async def test_a_customer_merged_undone_and_merged_elsewhere_is_with_the_last_in_every_order(
    projection: Projection,
) -> None:
    for order in interleavings((0, 0, 1, 2, 2, 2)):
        s, t, a = new_id(), new_id(), new_id()
        own = [
            iter([record_of("profile", profile_section(s, 4, (a, s, FIRST))), of(profile_section(s, 5))]),
            iter([of(profile_section(t, 9, (a, t, SECOND)))]),
            iter([gone(a, 2), of(profile_section(a, 3)), gone(a, 4)]),
        ]
        for turn in order:
            await projection.handle([next(own[turn])])
        assert await survivor(projection, a) == t, order


async def test_a_section_without_links_has_no_entry_in_their_index(projection: Projection, pool: asyncpg.Pool) -> None:
    await projection.apply("profile", profile_section(new_id(), 1))
    assert await pool.fetchval("SELECT count(*) FROM customer_views WHERE merged IS NOT NULL") == 0


@pytest.mark.parametrize("merged", [7, ["a"], [{}], [{"customer_id": "x", "merge_id": "y"}], {"a": 1}])
def test_a_section_whose_links_cannot_be_read_is_no_section(merged: object) -> None:
    record = encode_section(new_id(), "profile", 1, AT, orjson.dumps({"merged": merged}))
    with pytest.raises(BadSectionError):
        parse_section(record, "profile")


def test_another_sections_data_may_call_merged_what_it_likes() -> None:
    record = encode_section(new_id(), "loyalty", 1, AT, b'{"merged":7}')
    assert parse_section(record, "loyalty").merged is None


def test_ids_in_upper_case_are_the_same_customers() -> None:
    a = new_id()
    record = profile_section(new_id(), 1, (a, a, FIRST)).replace(str(a).encode(), str(a).upper().encode())
    assert parse_section(record, "profile").merged == {str(a): str(FIRST)}


def of(section: bytes) -> Record:
    """The record of a profile section."""
    return record_of("profile", section)


def gone(customer: UUID, sequence: int) -> Record:
    """The tombstone of a profile section."""
    return record_of("profile", None, customer, sequence)


def interleavings(left: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every distinct order of these turns."""
    if not left:
        yield ()
    for turn in sorted(set(left)):
        at = left.index(turn)
        for rest in interleavings(left[:at] + left[at + 1 :]):
            yield (turn, *rest)


@dataclass
class History:
    """Customers that are merged and parted as `hamdel.database.streams` does it, and the sections this publishes."""

    customers: list[UUID]
    linked: dict[UUID, tuple[UUID, UUID]] = field(default_factory=dict)
    published: list[list[Record]] = field(default_factory=list)
    _minute: int = 0

    def __post_init__(self) -> None:
        self.published = [[of(profile_section(one, 1))] for one in self.customers]

    def root(self, customer: UUID) -> UUID:
        """Who shows a customer."""
        while customer in self.linked:
            customer = self.linked[customer][0]
        return customer

    def family(self, root: UUID) -> list[Link]:
        """All links that end at this customer."""
        return [(a, into, m) for a, (into, m) in self.linked.items() if a != root and self.root(a) == root]

    def toggle(self, one: int, other: int) -> None:
        """Parts the first from whom it is merged into; merges it into the second one's survivor if it stands alone."""
        a = self.customers[one]
        self._minute += 1
        before = self.root(a)
        if a in self.linked:
            del self.linked[a]
        elif (into := self.root(self.customers[other])) != a:
            self.linked[a] = (into, merge_ids(self._minute)[-1])
        for changed in {a, before, self.root(a)}:
            self._publish(changed)

    def _publish(self, customer: UUID) -> None:
        records = self.published[self.customers.index(customer)]
        sequence = len(records) + 1
        section = profile_section(customer, sequence, *self.family(customer), minute=self._minute)
        records.append(gone(customer, sequence) if customer in self.linked else of(section))


PEOPLE = 4
TURNS = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)), max_size=12)


def shuffled(data: st.DataObject, published: Sequence[Sequence[Record]]) -> list[list[Record]]:
    """The records as polls, each customer's in its own order."""
    turns = data.draw(st.permutations([n for n, records in enumerate(published) for _ in records]))
    own = [iter(records) for records in published]
    records = [next(own[turn]) for turn in turns]
    size = data.draw(st.integers(1, 5))
    return [records[start : start + size] for start in range(0, len(records), size)]


async def links(pool: asyncpg.Pool) -> dict[UUID, object]:
    """All that the projection knows of merges."""
    rows = await pool.fetch("SELECT customer_id, merged FROM customer_views WHERE merged IS NOT NULL")
    return {row[0]: orjson.loads(row[1]) for row in rows}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS, data=st.data())
async def test_every_order_of_arrival_replays_and_a_rebuild_give_the_links_that_stand(
    projection: Projection, pool: asyncpg.Pool, turns: list[tuple[int, int]], data: st.DataObject
) -> None:
    history = History([new_id() for _ in range(PEOPLE)])
    for turn in turns:
        history.toggle(*turn)
    await pool.execute("TRUNCATE customer_views")
    for poll in shuffled(data, history.published):
        await projection.handle(poll)
    replayed = data.draw(st.lists(st.sampled_from([r for records in history.published for r in records]), max_size=5))
    await projection.handle(replayed)
    found = await links(pool)
    for one in history.customers:
        assert await survivor(projection, one) == (history.root(one) if one in history.linked else None)
    await pool.execute("TRUNCATE customer_views")
    for poll in shuffled(data, [records[-1:] for records in history.published]):
        await projection.handle(poll)
    assert await links(pool) == found
