"""A reader sees what it has written."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import pytest

from gateway.customer_view.arrivals import Arrival, Arrivals
from gateway.customer_view.sequences import parse_sequences
from hamdel.http.problem import Malformed
from hamdel.ids import new_id
from tests.gateway.conftest import Client, Projection
from tests.gateway.peers import Peer

PROFILE = b'{"kind":"person"}'


async def projected(projection: Projection, peers: dict[str, Peer]) -> UUID:
    """A customer whose points are projected at sequence 5."""
    customer = new_id()
    await projection.apply("profile", peers["profile"].has(customer, 1, PROFILE))
    await projection.apply("loyalty", peers["loyalty"].has(customer, 5, b'{"points":50}'))
    return customer


async def test_a_projection_that_is_far_enough_is_shown_without_asking(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await projected(projection, peers)
    _, view = await gateway.view(customer, headers={"Hamdel-Min-Sequence": "loyalty=5, profile=1"})
    assert view["loyalty"] == {"points": 50}
    assert peers["loyalty"].seen == []


async def test_a_projection_that_catches_up_in_time_is_waited_for(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await projected(projection, peers)
    newer = peers["loyalty"].has(customer, 6, b'{"points":60}')
    reading = asyncio.create_task(gateway.view(customer, headers={"Hamdel-Min-Sequence": "loyalty=6"}))
    await asyncio.sleep(0.08)
    await projection.apply("loyalty", newer)
    _, view = await reading
    assert view["loyalty"] == {"points": 60}
    assert peers["loyalty"].seen == []


async def test_a_projection_that_stays_behind_is_replaced_by_the_live_section(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await projected(projection, peers)
    peers["loyalty"].has(customer, 6, b'{"points":60}')
    answer, view = await gateway.view(customer, headers={"Hamdel-Min-Sequence": "loyalty=6"})
    assert view["loyalty"] == {"points": 60}
    assert view["sections"]["loyalty"]["sequence"] == 6
    assert answer.headers["Hamdel-Sequence"] == "profile=1, interactions=0, surveys=0, loyalty=6"


async def test_the_wait_is_at_most_a_quarter_of_a_second(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await projected(projection, peers)
    started = time.monotonic()
    await gateway.view(customer, headers={"Hamdel-Min-Sequence": "loyalty=99"})
    assert 0.24 <= time.monotonic() - started < 1.0


async def test_a_section_that_is_behind_and_cannot_be_asked_is_stale(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await projected(projection, peers)
    await peers["loyalty"].stop()
    _, view = await gateway.view(customer, headers={"Hamdel-Min-Sequence": "loyalty=6"})
    assert (view["sections"]["loyalty"]["status"], view["loyalty"]) == ("stale", {"points": 50})


@pytest.mark.parametrize("header", ["", "loyalty", "loyalty=", "loyalty=-1", "points=5", "loyalty=5;profile=2", "=5"])
async def test_a_malformed_header_is_400(gateway: Client, header: str) -> None:
    answer, problem = await gateway.view(new_id(), headers={"Hamdel-Min-Sequence": header})
    assert (answer.status, problem["type"]) == (400, "urn:hamdel:problem:bad-sequence")


def test_the_header_names_several_sections() -> None:
    assert parse_sequences("interactions=5,  profile=2") == {"interactions": 5, "profile": 2}


def test_a_section_named_twice_counts_with_its_highest() -> None:
    assert parse_sequences("profile=2, profile=1") == {"profile": 2}


def test_a_number_that_no_sequence_can_have_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse_sequences("profile=" + "9" * 30)


async def woken_within(arrival: Arrival, seconds: float) -> bool:
    """Whether a wait ended before its time was over."""
    started = time.monotonic()
    await arrival.wait(seconds)
    return time.monotonic() - started < seconds / 2


async def test_whoever_waits_is_woken_by_the_projector_of_this_process() -> None:
    arrivals, customer = Arrivals(), new_id()
    with arrivals.expecting(customer) as arrival:
        asyncio.get_running_loop().call_later(0.01, arrivals.stored, [new_id(), customer])
        assert await woken_within(arrival, 2.0)


async def test_what_is_stored_while_the_row_is_read_is_noticed_by_the_wait_after_it() -> None:
    arrivals, customer = Arrivals(), new_id()
    with arrivals.expecting(customer) as arrival:
        arrivals.stored([customer])
        assert await woken_within(arrival, 2.0)
        assert not await woken_within(arrival, 0.05)


async def test_whoever_waits_for_another_customer_is_not_woken() -> None:
    arrivals = Arrivals()
    with arrivals.expecting(new_id()) as arrival:
        asyncio.get_running_loop().call_later(0.01, arrivals.stored, [new_id()])
        assert not await woken_within(arrival, 0.1)
