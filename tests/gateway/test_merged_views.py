"""The view of a customer that was merged into another one."""

from __future__ import annotations

import asyncio

from aiohttp import web

from hamdel.ids import new_id
from tests.gateway.conftest import Client, Token
from tests.gateway.families import SECOND, Pair, asked, both, profile_data, shown

QUERIES = ["", "?consistency=live"]


async def test_an_absorbed_id_answers_with_the_survivors_view(gateway: Client, merged: Pair) -> None:
    for query in QUERIES:
        answer, view = await gateway.view(merged.a, query)
        survivors, _ = await gateway.view(merged.s, query)
        assert (answer.status, shown(view)) == (200, both(merged))
        assert answer.body == survivors.body
        assert answer.headers["Hamdel-Sequence"] == "profile=9, interactions=0, surveys=0, loyalty=6"


async def test_content_location_names_the_survivors_view(gateway: Client, merged: Pair) -> None:
    for query in QUERIES:
        absorbed, _ = await gateway.view(merged.a, query)
        own, _ = await gateway.view(merged.s, query)
        assert absorbed.headers["Content-Location"] == f"/v1/customers/{merged.s}/view"
        assert "Content-Location" not in own.headers


async def test_the_projected_view_of_an_absorbed_id_needs_no_service(gateway: Client, merged: Pair) -> None:
    await gateway.view(merged.a)
    assert asked(merged.peers) == []


async def test_a_chain_answers_with_its_end(gateway: Client, merged: Pair) -> None:
    t = new_id()
    merged.peers["profile"].has(t, 1, profile_data(merged.link, (merged.s, t, SECOND), name="هر سه"))
    merged.peers["loyalty"].has(t, 1, b'{"points":90}')
    for peer in merged.peers.values():
        peer.links |= {merged.a: t, merged.s: t}
    for name in ("profile", "loyalty"):
        await merged.projection.remove(name, merged.s, sequence=11)
    await merged.arrive(t)
    for one in (merged.a, merged.s, t):
        for query in QUERIES:
            assert shown((await gateway.view(one, query))[1]) == (t, "هر سه", 90)


async def test_a_view_by_identifier_of_an_absorbed_customer_is_the_survivors(gateway: Client, merged: Pair) -> None:
    async def found(_request: web.Request) -> web.Response:
        return web.json_response({"id": str(merged.a)})

    merged.peers["profile"].answer = found
    for query in QUERIES:
        answer, view = await gateway.get(f"/v1/customers/by/phone/%2B989121234567/view{query}")
        assert shown(view) == both(merged)
        assert answer.headers["Content-Location"] == f"/v1/customers/{merged.s}/view"


async def test_an_agent_sees_the_survivors_identifiers_masked(gateway: Client, merged: Pair, token: Token) -> None:
    for query in QUERIES:
        _, view = await gateway.view(merged.a, query, bearer=token("agent"))
        assert view["profile"]["identifiers"] == [{"type": "phone", "value": "*********4567"}]


async def test_an_absorbed_customers_token_still_reads_the_own_id(gateway: Client, merged: Pair, token: Token) -> None:
    for query in QUERIES:
        answer, view = await gateway.view(merged.a, query, bearer=token("customer", customer_id=merged.a))
        assert (answer.status, shown(view)) == (200, both(merged))


async def test_an_absorbed_customers_token_does_not_read_the_survivors_id(
    gateway: Client, merged: Pair, token: Token
) -> None:
    for query in QUERIES:
        answer, _ = await gateway.view(merged.s, query, bearer=token("customer", customer_id=merged.a))
        assert answer.status == 403


async def test_a_survivors_token_does_not_read_an_absorbed_id(gateway: Client, merged: Pair, token: Token) -> None:
    for query in QUERIES:
        answer, _ = await gateway.view(merged.a, query, bearer=token("customer", customer_id=merged.s))
        assert answer.status == 403


async def test_the_minimum_is_that_of_the_survivors_sections(gateway: Client, merged: Pair) -> None:
    _, view = await gateway.view(merged.a, headers={"Hamdel-Min-Sequence": "profile=9, loyalty=6"})
    assert shown(view) == both(merged)
    assert asked(merged.peers) == []


async def test_a_survivors_section_that_catches_up_in_time_is_waited_for(gateway: Client, merged: Pair) -> None:
    merged.peers["loyalty"].has(merged.s, 7, b'{"points":77}')
    reading = asyncio.create_task(gateway.view(merged.a, headers={"Hamdel-Min-Sequence": "loyalty=7"}))
    await asyncio.sleep(0.08)
    await merged.arrive(merged.s)
    _, view = await reading
    assert shown(view) == (merged.s, "هر دو", 77)
    assert asked(merged.peers) == []


async def test_a_survivors_section_that_stays_behind_is_asked_of_its_owner(gateway: Client, merged: Pair) -> None:
    merged.peers["loyalty"].has(merged.s, 7, b'{"points":77}')
    _, view = await gateway.view(merged.a, headers={"Hamdel-Min-Sequence": "loyalty=7"})
    assert shown(view) == (merged.s, "هر دو", 77)
    assert asked(merged.peers) == ["loyalty"]


async def test_a_writer_that_is_ahead_of_the_projected_merge_sees_the_survivor(gateway: Client, pair: Pair) -> None:
    pair.merge()
    answer, view = await gateway.view(pair.a, headers={"Hamdel-Min-Sequence": "loyalty=6"})
    assert (shown(view), view["complete"]) == (both(pair), True)
    assert answer.headers["Hamdel-Sequence"] == "profile=9, interactions=0, surveys=0, loyalty=6"
