"""The projected view as a client sees it."""

from __future__ import annotations

from uuid import UUID

import orjson
import pytest
from aiohttp import web

from hamdel.contracts.sections import EMPTY, encode_section
from hamdel.http.auth import generate_key_pair, issue_token
from hamdel.ids import new_id
from tests.gateway.conftest import Client, Projection, Token
from tests.gateway.peers import AT, Peer

PROFILE = '{"kind":"person","name":{"given":"سارا","family":"احمدی"},"identifiers":[]}'.encode()
LOYALTY = b'{"program_id":null,"tier":"gold","points":{"available":7,"pending":0,"expiring":[]}}'


def record(section: str, customer: UUID, sequence: int, data: bytes) -> bytes:
    """A section record of the tests' moment."""
    return encode_section(customer, section, sequence, AT, data)


async def test_a_view_is_the_owners_bytes_and_the_states_of_the_sections(
    gateway: Client, projection: Projection
) -> None:
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))
    await projection.apply("loyalty", record("loyalty", customer, 17, LOYALTY))
    answer, _ = await gateway.view(customer)
    expected = (
        b'{"customer_id":"'
        + str(customer).encode()
        + b'","as_of":"2026-03-04T05:06:07Z","complete":true,"profile":'
        + PROFILE
        + b',"interactions":'
        + orjson.dumps(EMPTY["interactions"])
        + b',"surveys":'
        + orjson.dumps(EMPTY["surveys"])
        + b',"loyalty":'
        + LOYALTY
        + b',"sections":{"profile":{"status":"ok","sequence":3,"as_of":"2026-03-04T05:06:07Z"}'
        + b',"interactions":{"status":"empty","sequence":0,"as_of":null}'
        + b',"surveys":{"status":"empty","sequence":0,"as_of":null}'
        + b',"loyalty":{"status":"ok","sequence":17,"as_of":"2026-03-04T05:06:07Z"}}}'
    )
    assert answer.body == expected
    assert answer.headers["Hamdel-Sequence"] == "profile=3, interactions=0, surveys=0, loyalty=17"
    assert answer.headers["Content-Type"] == "application/json"


async def test_the_projected_and_the_live_view_are_the_same_bytes(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = new_id()
    await projection.apply("profile", peers["profile"].has(customer, 3, PROFILE))
    await projection.apply("loyalty", peers["loyalty"].has(customer, 17, LOYALTY))
    projected, _ = await gateway.view(customer)
    live, _ = await gateway.view(customer, "?consistency=live")
    assert projected.body == live.body
    assert projected.headers["Hamdel-Sequence"] == live.headers["Hamdel-Sequence"]


async def test_the_route_behind_the_hot_path_gives_the_same_bytes(gateway: Client, projection: Projection) -> None:
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))
    hot, _ = await gateway.view(customer)
    routed, _ = await gateway.view(customer, "?consistency=projected")
    assert hot.body == routed.body


async def test_a_view_right_after_the_create_is_asked_of_the_owner(gateway: Client, peers: dict[str, Peer]) -> None:
    customer = new_id()
    peers["profile"].has(customer, 1, PROFILE)
    answer, view = await gateway.view(customer)
    assert answer.status == 200
    assert view["sections"]["profile"] == {"status": "ok", "sequence": 1, "as_of": "2026-03-04T05:06:07Z"}
    assert view["loyalty"] == EMPTY["loyalty"]


async def test_a_customer_that_nobody_knows_is_404(gateway: Client) -> None:
    answer, problem = await gateway.view(new_id())
    assert answer.status == 404
    assert problem["type"] == "urn:hamdel:problem:unknown-customer"


async def test_the_id_in_upper_case_is_the_same_customer(gateway: Client, projection: Projection) -> None:
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))
    answer, view = await gateway.get(f"/v1/customers/{str(customer).upper()}/view")
    assert (answer.status, view["customer_id"]) == (200, str(customer))


async def test_the_latest_section_dates_the_view(gateway: Client, projection: Projection) -> None:
    customer = new_id()
    older = record("profile", customer, 1, PROFILE)
    newer = older.replace(b"2026-03-04T05:06:07Z", b"2026-03-04T05:06:07.000001Z").replace(b'"profile"', b'"loyalty"')
    await projection.apply("profile", older)
    await projection.apply("loyalty", newer)
    _, view = await gateway.view(customer)
    assert view["as_of"] == "2026-03-04T05:06:07.000001Z"


@pytest.mark.parametrize("path", ["/v1/customers/{id}/view", "/v1/customers/{id}/view?consistency=live"])
async def test_the_request_id_is_given_back(gateway: Client, projection: Projection, path: str) -> None:
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))
    answer, _ = await gateway.get(path.format(id=customer), headers={"X-Request-ID": "mine-1"})
    assert answer.headers.getall("X-Request-ID") == ["mine-1"]


async def test_an_unknown_consistency_is_422(gateway: Client) -> None:
    answer, problem = await gateway.view(new_id(), "?consistency=eventual")
    assert (answer.status, problem["errors"][0]["pointer"]) == (422, "/query/consistency")


async def test_an_id_that_is_no_uuid_is_422(gateway: Client) -> None:
    answer, _ = await gateway.get("/v1/customers/nobody/view")
    assert answer.status == 422


async def test_without_a_token_the_view_is_401(gateway: Client, projection: Projection) -> None:
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))
    gateway.bearer = None
    answer, problem = await gateway.view(customer)
    assert (answer.status, problem["type"]) == (401, "urn:hamdel:problem:unauthenticated")


async def test_a_token_of_another_issuer_is_401(
    gateway: Client, projection: Projection, tmp_path_factory: pytest.TempPathFactory
) -> None:
    foreign = generate_key_pair(tmp_path_factory.mktemp("foreign"))[0]
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))
    answer, _ = await gateway.view(customer, bearer=issue_token(foreign, "admin"))
    assert answer.status == 401


async def test_a_customer_sees_the_own_view(gateway: Client, projection: Projection, token: Token) -> None:
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))
    answer, _ = await gateway.view(customer, bearer=token("customer", customer_id=customer))
    assert answer.status == 200


async def test_a_customer_does_not_see_another_view(gateway: Client, projection: Projection, token: Token) -> None:
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))
    answer, _ = await gateway.view(customer, bearer=token("customer", customer_id=new_id()))
    assert answer.status == 403


async def test_a_view_by_identifier_is_the_customers_view(
    gateway: Client, projection: Projection, peers: dict[str, Peer]
) -> None:
    customer = new_id()
    await projection.apply("profile", record("profile", customer, 3, PROFILE))

    async def found(_request: web.Request) -> web.Response:
        return web.json_response({"id": str(customer)})

    peers["profile"].answer = found
    _, view = await gateway.get("/v1/customers/by/phone/%2B989121234567/view")
    assert view["customer_id"] == str(customer)
    assert peers["profile"].seen[-1].raw_path == "/v1/customers/by/phone/%2B989121234567"


async def test_an_identifier_that_several_share_is_the_services_409_with_their_ids(
    gateway: Client, peers: dict[str, Peer]
) -> None:
    family = [str(new_id()), str(new_id())]

    async def several(_request: web.Request) -> web.Response:
        body = {"type": "urn:hamdel:problem:ambiguous-identifier", "title": "x", "status": 409, "customer_ids": family}
        return web.json_response(body, status=409)

    peers["profile"].answer = several
    answer, problem = await gateway.get("/v1/customers/by/phone/%2B989121234567/view")
    assert (answer.status, problem["type"]) == (409, "urn:hamdel:problem:ambiguous-identifier")
    assert (problem["customer_ids"], problem["status"], problem["errors"]) == (family, 409, [])


async def test_an_identifier_of_nobody_is_the_services_404(gateway: Client, peers: dict[str, Peer]) -> None:
    async def nobody(_request: web.Request) -> web.Response:
        body = {"type": "urn:hamdel:problem:unknown-customer", "title": "x", "status": 404, "request_id": "r"}
        return web.json_response(body, status=404)

    peers["profile"].answer = nobody
    answer, problem = await gateway.get("/v1/customers/by/email/a%40b.c/view")
    assert (answer.status, problem["type"]) == (404, "urn:hamdel:problem:unknown-customer")
