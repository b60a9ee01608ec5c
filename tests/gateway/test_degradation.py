"""One service down is never an error of the view."""

from __future__ import annotations

from uuid import UUID

import aiohttp
import asyncpg

from gateway.settings import GatewaySettings
from hamdel.ids import new_id
from tests.gateway.conftest import Client, Projection, Token, serving
from tests.gateway.peers import Peer

PROFILE = b'{"kind":"person"}'


async def known(projection: Projection, peers: dict[str, Peer]) -> UUID:
    """A customer with a profile and points, projected and at their owners."""
    customer = new_id()
    await projection.apply("profile", peers["profile"].has(customer, 3, PROFILE))
    await projection.apply("loyalty", peers["loyalty"].has(customer, 17, b'{"tier":"gold"}'))
    return customer


async def test_live_with_a_service_down_shows_its_projection_as_stale(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await known(projection, peers)
    await peers["loyalty"].stop()
    answer, view = await gateway.view(customer, "?consistency=live")
    assert (answer.status, view["complete"], view["loyalty"]) == (200, False, {"tier": "gold"})
    assert view["sections"]["loyalty"] == {"status": "stale", "sequence": 17, "as_of": "2026-03-04T05:06:07Z"}


async def test_live_with_a_service_down_and_no_projection_says_unavailable(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await known(projection, peers)
    await peers["surveys"].stop()
    answer, view = await gateway.view(customer, "?consistency=live")
    assert (answer.status, view["complete"]) == (200, False)
    assert view["sections"]["surveys"] == {"status": "unavailable", "sequence": 0, "as_of": None}


async def test_live_with_a_service_that_hangs_answers_within_its_deadline(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await known(projection, peers)
    peers["loyalty"].delay = 5.0
    _, view = await gateway.view(customer, "?consistency=live")
    assert view["sections"]["loyalty"]["status"] == "stale"


async def test_live_with_a_service_that_fails_shows_its_projection_as_stale(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await known(projection, peers)
    peers["loyalty"].status = 500
    _, view = await gateway.view(customer, "?consistency=live")
    assert view["sections"]["loyalty"]["status"] == "stale"


async def test_the_projected_view_needs_no_service(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await known(projection, peers)
    for peer in peers.values():
        await peer.stop()
    answer, view = await gateway.view(customer)
    assert (answer.status, view["complete"]) == (200, True)


async def test_a_missing_profile_is_unavailable_while_other_sections_are_shown(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = new_id()
    await projection.apply("loyalty", peers["loyalty"].has(customer, 17, b'{"tier":"gold"}'))
    await peers["profile"].stop()
    answer, view = await gateway.view(customer)
    assert (answer.status, view["complete"], view["loyalty"]) == (200, False, {"tier": "gold"})
    assert view["sections"]["profile"]["status"] == "unavailable"


async def test_with_nothing_known_and_the_profile_down_it_is_503(gateway: Client, peers: dict[str, Peer]) -> None:
    await peers["profile"].stop()
    answer, problem = await gateway.view(new_id())
    assert (answer.status, problem["type"]) == (503, "urn:hamdel:problem:customer-unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_an_erased_profile_is_404_even_with_other_sections_left(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = await known(projection, peers)
    await projection.remove("profile", customer, sequence=4)
    del peers["profile"].records[customer]
    answer, _ = await gateway.view(customer)
    assert answer.status == 404


async def test_without_its_own_database_the_gateway_asks_the_services(
    settings: GatewaySettings, peers: dict[str, Peer], token: Token
) -> None:
    customer = new_id()
    peers["profile"].has(customer, 3, PROFILE)
    peers["loyalty"].has(customer, 17, b'{"tier":"gold"}')
    nowhere = settings.model_copy(update={"database_url": _secret("postgresql://nobody@127.0.0.1:1/none")})
    async with serving(nowhere) as base, aiohttp.ClientSession() as session:
        answer, view = await Client(session, base, token()).view(customer)
    assert (answer.status, view["complete"], view["loyalty"]) == (200, True, {"tier": "gold"})


async def test_the_view_survives_that_its_database_drops_every_connection(
    gateway: Client, projection: Projection, peers: dict[str, Peer], pool: asyncpg.Pool
) -> None:
    customer = await known(projection, peers)
    await gateway.view(customer)
    await pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    answer, view = await gateway.view(customer)
    assert (answer.status, view["profile"]) == (200, {"kind": "person"})


def _secret(url: str) -> object:
    from pydantic import SecretStr

    return SecretStr(url)
