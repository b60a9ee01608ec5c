"""Comparing the projection with the owners."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest

from hamdel.ids import new_id
from tests.gateway.conftest import Client, Projection, Token
from tests.gateway.peers import Peer


@pytest.fixture
def service(gateway: Client, token: Token) -> Client:
    """A client signed in as a service."""
    gateway.bearer = token("service")
    return gateway


async def compare(client: Client, **body: Any) -> Any:
    """The answer to a comparison."""
    headers = {"Content-Type": "application/json"}
    answer = await client.call("POST", "/internal/views/compare", data=orjson.dumps(body), headers=headers)
    return orjson.loads(answer.body)


async def same(projection: Projection, peers: dict[str, Peer]) -> UUID:
    """A customer whose profile and points are the same on both sides."""
    customer = new_id()
    await projection.apply("profile", peers["profile"].has(customer, 1, b'{"kind":"person"}'))
    await projection.apply("loyalty", peers["loyalty"].has(customer, 5, b'{"points":50}'))
    return customer


async def test_equal_views_have_no_differences(service: Client, projection: Projection, peers: dict[str, Peer]) -> None:
    await same(projection, peers)
    assert await compare(service) == {"compared": 1, "differences": [], "next": None}


async def test_a_section_that_is_behind_is_a_difference(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await same(projection, peers)
    peers["loyalty"].has(customer, 6, b'{"points":60}')
    found = (await compare(service))["differences"]
    expected = {"customer_id": str(customer), "section": "loyalty", "projected_sequence": 5, "live_sequence": 6}
    assert found == [expected]


async def test_other_data_with_the_same_sequence_is_a_difference(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await same(projection, peers)
    peers["loyalty"].has(customer, 5, b'{"points":51}')
    assert [item["section"] for item in (await compare(service))["differences"]] == ["loyalty"]


async def test_a_section_that_only_its_owner_has_is_a_difference(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await same(projection, peers)
    peers["surveys"].has(customer, 2, b'{"responses":1}')
    found = (await compare(service))["differences"]
    assert [(item["section"], item["projected_sequence"], item["live_sequence"]) for item in found] == [
        ("surveys", 0, 2)
    ]


async def test_a_section_that_its_owner_has_no_more_is_a_difference(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await same(projection, peers)
    del peers["loyalty"].records[customer]
    found = (await compare(service))["differences"]
    assert [(item["section"], item["projected_sequence"], item["live_sequence"]) for item in found] == [
        ("loyalty", 5, 0)
    ]


async def test_all_customers_are_walked_through_page_by_page(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    for _ in range(5):
        await same(projection, peers)
    pages, after = [], None
    while True:
        page = await compare(service, after=after, limit=2)
        pages.append(page["compared"])
        after = page["next"]
        if after is None:
            break
    assert pages == [2, 2, 1]


async def test_named_customers_are_compared_even_if_nothing_is_projected(
    service: Client, peers: dict[str, Peer]
) -> None:
    customer = new_id()
    peers["profile"].has(customer, 1, b'{"kind":"person"}')
    found = await compare(service, customer_ids=[str(customer)])
    assert [(item["section"], item["live_sequence"]) for item in found["differences"]] == [("profile", 1)]


async def test_a_comparison_is_never_silently_partial(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    await same(projection, peers)
    await peers["surveys"].stop()
    assert (await compare(service))["status"] == 503


async def test_a_manager_may_not_compare(gateway: Client, token: Token) -> None:
    gateway.bearer = token("manager")
    assert (await compare(gateway))["status"] == 403


async def absorbed(projection: Projection, peers: dict[str, Peer]) -> UUID:
    """A customer whose sections are gone, here and at their owners, because another one shows them."""
    customer, survivor = await same(projection, peers), await same(projection, peers)
    for name, peer in peers.items():
        peer.links[customer] = survivor
        await projection.remove(name, customer, sequence=6)
    return customer


async def test_absorbed_customers_are_no_difference(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    await absorbed(projection, peers)
    assert await compare(service) == {"compared": 2, "differences": [], "next": None}


async def test_an_absorbed_customer_that_is_named_is_no_difference(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await absorbed(projection, peers)
    assert await compare(service, customer_ids=[str(customer)]) == {"compared": 1, "differences": [], "next": None}


async def test_an_absorbed_customer_whose_tombstone_is_missing_is_a_difference(
    service: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await same(projection, peers)
    peers["loyalty"].links[customer] = new_id()
    found = (await compare(service))["differences"]
    assert [(item["section"], item["projected_sequence"], item["live_sequence"]) for item in found] == [
        ("loyalty", 5, 0)
    ]
