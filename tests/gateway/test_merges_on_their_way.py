"""Views while a merge, or its undoing, has not reached everybody yet; and after it has."""

from __future__ import annotations

import aiohttp
import asyncpg
from pydantic import SecretStr

from gateway.settings import GatewaySettings
from hamdel.contracts.sections import EMPTY
from tests.gateway.conftest import Client, Token, serving
from tests.gateway.families import Pair, asked, both, shown

QUERIES = ["", "?consistency=live"]


async def test_a_customer_that_is_gone_while_the_survivors_section_is_on_its_way_is_answered_live(
    gateway: Client, pair: Pair
) -> None:
    pair.merge()
    await pair.arrive(pair.a)
    answer, view = await gateway.view(pair.a)
    assert (answer.status, shown(view), view["complete"]) == (200, both(pair), True)
    assert answer.headers["Content-Location"] == f"/v1/customers/{pair.s}/view"


async def test_a_merge_that_the_projection_never_heard_of_is_followed(
    gateway: Client, pair: Pair, pool: asyncpg.Pool
) -> None:
    pair.merge()
    await pool.execute("TRUNCATE customer_views")
    answer, view = await gateway.view(pair.a)
    assert (answer.status, shown(view)) == (200, both(pair))


async def test_a_customer_that_is_gone_is_never_404_while_nobody_can_be_asked(gateway: Client, pair: Pair) -> None:
    pair.merge()
    await pair.arrive(pair.a)
    for peer in pair.peers.values():
        await peer.stop()
    answer, problem = await gateway.view(pair.a)
    assert (answer.status, problem["type"]) == (503, "urn:hamdel:problem:customer-unavailable")


async def test_live_shows_a_merge_that_is_not_projected_yet(gateway: Client, pair: Pair) -> None:
    pair.merge()
    _, view = await gateway.view(pair.a, "?consistency=live")
    assert (shown(view), view["complete"]) == (both(pair), True)


async def test_a_merge_that_only_the_profile_can_tell_shows_the_survivors_other_sections_as_stale(
    gateway: Client, pair: Pair
) -> None:
    pair.merge()
    await pair.peers["loyalty"].stop()
    _, view = await gateway.view(pair.a, "?consistency=live")
    assert (shown(view), view["sections"]["loyalty"]["status"]) == ((pair.s, "هر دو", 50), "stale")


async def test_an_owner_that_has_not_heard_of_the_merge_is_asked_for_the_survivor(gateway: Client, pair: Pair) -> None:
    pair.merge()
    del pair.peers["loyalty"].links[pair.a]
    _, view = await gateway.view(pair.a, "?consistency=live")
    assert (shown(view), view["complete"]) == (both(pair), True)


async def test_nothing_under_the_absorbed_id_is_not_taken_for_nothing_of_the_survivor(
    gateway: Client, pair: Pair
) -> None:
    pair.merge()
    del pair.peers["loyalty"].links[pair.a]
    del pair.peers["loyalty"].records[pair.a]
    _, view = await gateway.view(pair.a, "?consistency=live")
    assert shown(view) == both(pair)


async def test_live_asks_each_owner_once_where_all_know_of_the_merge(gateway: Client, merged: Pair) -> None:
    for name in ("interactions", "surveys"):
        merged.peers[name].has(merged.s, 1, b"{}")
    await gateway.view(merged.a, "?consistency=live")
    assert asked(merged.peers) == ["profile", "interactions", "surveys", "loyalty"]


async def test_live_with_the_profile_down_shows_the_projected_survivor(gateway: Client, merged: Pair) -> None:
    await merged.peers["profile"].stop()
    answer, view = await gateway.view(merged.a, "?consistency=live")
    assert (answer.status, shown(view)) == (200, both(merged))
    assert [view["sections"][name]["status"] for name in ("profile", "loyalty")] == ["stale", "ok"]


async def test_without_its_own_database_the_gateway_follows_the_owners(
    settings: GatewaySettings, merged: Pair, token: Token
) -> None:
    nowhere = settings.model_copy(update={"database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none")})
    async with serving(nowhere) as base, aiohttp.ClientSession() as session:
        _, view = await Client(session, base, token()).view(merged.a)
    assert shown(view) == both(merged)


async def test_owners_that_send_in_a_circle_are_not_followed_for_ever(gateway: Client, pair: Pair) -> None:
    profile = pair.peers["profile"]
    profile.links |= {pair.a: pair.s, pair.s: pair.a}
    await pair.projection.remove("profile", pair.a, sequence=4)
    await pair.projection.remove("profile", pair.s, sequence=9)
    _, view = await gateway.view(pair.a)
    assert view["customer_id"] == str(pair.s)
    assert asked(pair.peers).count("profile") == 1


async def test_after_the_undoing_both_answer_for_themselves(gateway: Client, merged: Pair) -> None:
    merged.part()
    await merged.arrive(merged.s, merged.a)
    for query in QUERIES:
        (own, a), (_, s) = await gateway.view(merged.a, query), await gateway.view(merged.s, query)
        assert (shown(a), shown(s)) == ((merged.a, "علی", 20), (merged.s, "سارا", 50))
        assert "Content-Location" not in own.headers


async def test_a_customer_that_came_back_is_itself_before_the_survivors_section_arrives(
    gateway: Client, merged: Pair
) -> None:
    merged.part()
    await merged.arrive(merged.a)
    for query in ("", "?consistency=projected"):
        assert shown((await gateway.view(merged.a, query))[1]) == (merged.a, "علی", 20)


async def test_a_customer_that_comes_back_is_whole_before_its_own_sections_arrive(
    gateway: Client, merged: Pair
) -> None:
    merged.part()
    await merged.arrive(merged.s)
    _, view = await gateway.view(merged.a)
    assert (shown(view), view["complete"]) == ((merged.a, "علی", 20), True)


async def test_live_shows_the_undoing_that_is_not_projected_yet(gateway: Client, merged: Pair) -> None:
    merged.part()
    answer, view = await gateway.view(merged.a, "?consistency=live")
    assert shown(view) == (merged.a, "علی", 20)
    assert "Content-Location" not in answer.headers


async def test_nobody_sees_anothers_section_while_its_owner_has_not_heard_of_the_undoing(
    gateway: Client, merged: Pair
) -> None:
    merged.part()
    merged.peers["loyalty"].links[merged.a] = merged.s
    _, view = await gateway.view(merged.a, "?consistency=live")
    assert (view["customer_id"], view["sections"]["loyalty"]["status"]) == (str(merged.a), "unavailable")
    assert view["loyalty"] == EMPTY["loyalty"]


async def test_a_customer_that_was_erased_after_the_undoing_is_404(gateway: Client, merged: Pair) -> None:
    merged.part()
    del merged.peers["profile"].records[merged.a]
    await merged.arrive(merged.s)
    for query in QUERIES:
        answer, _ = await gateway.view(merged.a, query)
        assert answer.status == 404


async def test_the_owner_is_believed_that_an_erased_customer_is_with_nobody(gateway: Client, merged: Pair) -> None:
    merged.part()
    del merged.peers["profile"].records[merged.a]
    answer, _ = await gateway.view(merged.a, "?consistency=live")
    assert answer.status == 404
