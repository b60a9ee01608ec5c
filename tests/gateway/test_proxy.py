"""Everything that is not the gateway's own goes to its service, byte for byte."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from gateway.proxy.table import owner_of
from gateway.settings import GatewaySettings
from hamdel.http.problem import Malformed, NotFound
from hamdel.ids import new_id
from tests.gateway.conftest import Client, Token
from tests.gateway.peers import Peer

ID = "01900000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/v1/customers", "profile"),
        (f"/v1/customers/{ID}", "profile"),
        ("/v1/customers/by/phone/%2B98912", "profile"),
        ("/v1/customers/resolve", "profile"),
        ("/v1/identifier-types", "profile"),
        ("/v1/attribute-schema", "profile"),
        (f"/v1/customers/{ID}/consents", "profile"),
        (f"/v1/customers/{ID}/can-contact", "profile"),
        (f"/v1/customers/{ID}/timeline", "interaction"),
        (f"/v1/customers/{ID}/conversations", "interaction"),
        ("/v1/conversations/1/messages", "interaction"),
        ("/v1/customers/by/email/timeline", "profile"),
        ("/v1/interactions", "interaction"),
        ("/v1/interactions/batch", "interaction"),
        ("/v1/purchases/1/refunds", "interaction"),
        ("/v1/cases/1/messages", "interaction"),
        ("/v1/message-templates/1/preview", "interaction"),
        ("/v1/messages/1", "interaction"),
        ("/v1/deliveries/status", "interaction"),
        ("/v1/u/token", "interaction"),
        ("/v1/segments/preview", "profile"),
        ("/v1/surveys/1/results", "survey"),
        ("/v1/s/token", "survey"),
        ("/s/token", "survey"),
        ("/s/token/assets/page.css", "survey"),
        ("/v1/programs", "loyalty"),
        ("/v1/members/1/redemptions", "loyalty"),
        ("/v1/adjustments/1/approve", "loyalty"),
        ("/v1/vouchers/ABC", "loyalty"),
    ],
)
def test_a_path_has_one_owner(path: str, owner: str) -> None:
    assert owner_of(path.encode()) == owner


@pytest.mark.parametrize("path", ["/v1/", "/v1/nothing", "/v1/customersx", "/v1//customers", "/v1/%63ustomers"])
def test_a_path_of_nobody_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        owner_of(path.encode())


@pytest.mark.parametrize(
    "path",
    [
        "/v1/../internal/sections",
        "/v1/customers/../../internal/sections",
        "/v1/customers/%2e%2e/%2e%2e/internal/sections",
        "/v1/customers/..%2f..%2finternal",
        "/v1/customers/..%5c..%5cinternal",
        "/v1/customers/./x",
        "/v1/customers/a%00b",
    ],
)
def test_a_path_with_dot_segments_is_refused(path: str) -> None:
    with pytest.raises(Malformed):
        owner_of(path.encode())


@pytest.mark.parametrize("path", ["/internal/sections/" + ID, "/v1/../internal/sections/" + ID, "//internal/sections"])
async def test_the_internal_routes_cannot_be_reached(
    gateway: Client, peers: dict[str, Peer], token: Token, path: str
) -> None:
    answer = await gateway.call("GET", path, bearer=token("service"))
    assert answer.status in (400, 404)
    assert peers["profile"].seen == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/customers/by/phone/%2B989121234567",
        "/v1/customers/by/external:crm/a%2Fb+c",
        "/v1/customers/by/name/%D8%B3%D8%A7%D8%B1%D8%A7",
        "/v1/customers?q=%D8%B3+a%2Bb&tag=x&tag=y",
    ],
)
async def test_the_path_and_the_query_travel_as_they_were_written(
    gateway: Client, peers: dict[str, Peer], path: str
) -> None:
    await gateway.call("GET", path)
    assert peers["profile"].seen[-1].raw_path == path


async def test_the_request_travels_with_its_headers_and_its_body(gateway: Client, peers: dict[str, Peer]) -> None:
    sent = {"Idempotency-Key": "k1", "Accept-Language": "fa", "X-Request-ID": "r-1", "Content-Type": "application/json"}
    await gateway.call("POST", "/v1/interactions", data=b'{"a":1}', headers=sent)
    request = peers["interactions"].seen[-1]
    assert {name: request.headers[name] for name in sent} == sent
    assert request.headers["Authorization"] == f"Bearer {gateway.bearer}"
    assert request.headers["X-Forwarded-For"] == "127.0.0.1"
    assert peers["interactions"].bodies == [b'{"a":1}']


async def test_headers_of_one_connection_do_not_travel(gateway: Client, peers: dict[str, Peer]) -> None:
    await gateway.call("GET", "/v1/customers", headers={"Connection": "X-Secret", "X-Secret": "1", "TE": "trailers"})
    passed = peers["profile"].seen[-1].headers
    assert [name for name in ("X-Secret", "TE") if name in passed] == []


async def test_the_trace_goes_on_in_the_service(gateway: Client, peers: dict[str, Peer]) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await gateway.call("GET", "/v1/customers", headers={"traceparent": parent})
    passed = peers["profile"].seen[-1].headers["traceparent"]
    assert passed[:36] == parent[:36]
    assert passed != parent


async def test_the_answer_travels_with_its_headers(gateway: Client, peers: dict[str, Peer]) -> None:
    given = {
        "ETag": '"3"',
        "Hamdel-Sequence": "profile=3",
        "Idempotency-Replayed": "true",
        "Location": "/v1/customers/1",
        "Retry-After": "7",
    }

    async def created(_request: web.Request) -> web.Response:
        headers = {**given, "Connection": "X-Hop", "X-Hop": "1"}
        return web.Response(status=201, body=b"{}", headers=headers, content_type="application/json")

    peers["profile"].answer = created
    answer = await gateway.call("POST", "/v1/customers", data=b"{}", headers={"X-Request-ID": "r-1"})
    assert (answer.status, answer.body) == (201, b"{}")
    assert {name: answer.headers[name] for name in given} == given
    assert answer.headers.getall("X-Request-ID") == ["r-1"]
    assert "X-Hop" not in answer.headers


async def test_a_problem_of_the_service_is_passed_on_unchanged(gateway: Client, peers: dict[str, Peer]) -> None:
    body = b'{"type":"urn:hamdel:problem:stale-version","status":412,"request_id":"r"}'

    async def stale(_request: web.Request) -> web.Response:
        return web.Response(status=412, body=body, content_type="application/problem+json")

    peers["profile"].answer = stale
    answer = await gateway.call("PATCH", f"/v1/customers/{ID}", data=b"{}")
    assert (answer.status, answer.body) == (412, body)
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_redirect_is_passed_on_and_not_followed(gateway: Client, peers: dict[str, Peer]) -> None:
    async def moved(_request: web.Request) -> web.Response:
        return web.Response(status=303, headers={"Location": "/v1/customers/2"})

    peers["profile"].answer = moved
    answer = await gateway.call("GET", "/v1/customers/1")
    assert (answer.status, answer.headers["Location"]) == (303, "/v1/customers/2")


async def test_an_answer_without_a_body_stays_without(gateway: Client, peers: dict[str, Peer]) -> None:
    async def nothing(_request: web.Request) -> web.Response:
        return web.Response(status=204)

    peers["profile"].answer = nothing
    answer = await gateway.call("DELETE", f"/v1/customers/{ID}")
    assert (answer.status, answer.body) == (204, b"")


async def test_a_compressed_answer_stays_compressed(gateway: Client, peers: dict[str, Peer]) -> None:
    async def packed(_request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8bnot-really", headers={"Content-Encoding": "gzip"})

    peers["profile"].answer = packed
    answer = await gateway.call("GET", "/v1/exports/1")
    assert (answer.body, answer.headers["Content-Encoding"]) == (b"\x1f\x8bnot-really", "gzip")


async def test_a_large_answer_arrives_whole_and_in_pieces(gateway: Client, peers: dict[str, Peer]) -> None:
    first_piece_read = asyncio.Event()

    async def export(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"a" * 1000)
        await asyncio.wait_for(first_piece_read.wait(), 0.8)
        for _ in range(64):
            await response.write(b"b" * 65536)
        return response

    peers["profile"].answer = export
    headers = {"Authorization": f"Bearer {gateway.bearer}"}
    async with gateway.session.get(gateway.base + "/v1/exports/1", headers=headers) as answer:
        assert await answer.content.readexactly(1000) == b"a" * 1000
        first_piece_read.set()
        assert len(await answer.read()) == 64 * 65536


async def test_an_answer_that_breaks_off_breaks_off_for_the_client(gateway: Client, peers: dict[str, Peer]) -> None:
    async def torn(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000000"})
        await response.prepare(request)
        await response.write(b"a" * 300_000)
        assert request.transport is not None
        request.transport.abort()
        return response

    peers["profile"].answer = torn
    with pytest.raises(aiohttp.ClientError):
        await gateway.call("GET", "/v1/exports/1")


async def test_a_large_body_arrives_whole(gateway: Client, peers: dict[str, Peer]) -> None:
    body = bytes(range(256)) * 4_000
    await gateway.call("POST", "/v1/interactions/batch", data=body)
    assert hashlib.sha256(peers["interactions"].bodies[0]).digest() == hashlib.sha256(body).digest()


async def test_a_body_in_chunks_arrives_whole(gateway: Client, peers: dict[str, Peer]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 10_000

    await gateway.call("POST", "/v1/interactions/batch", data=chunks())
    assert peers["interactions"].bodies == [b"x" * 100_000]


async def test_a_body_over_the_limit_is_413(gateway: Client, settings: GatewaySettings, peers: dict[str, Peer]) -> None:
    answer = await gateway.call("POST", "/v1/interactions", data=b"x" * (settings.max_body_bytes + 1))
    assert answer.status == 413
    assert peers["interactions"].bodies == []


async def test_a_body_in_chunks_over_the_limit_is_413(
    gateway: Client, settings: GatewaySettings, peers: dict[str, Peer]
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(settings.max_body_bytes // 65_536 + 2):
            yield b"x" * 65_536

    answer = await gateway.call("POST", "/v1/interactions", data=chunks())
    assert answer.status == 413
    assert peers["interactions"].bodies == []


async def test_a_service_that_is_down_is_503(gateway: Client, peers: dict[str, Peer]) -> None:
    await peers["loyalty"].stop()
    answer, problem = await gateway.get("/v1/programs")
    assert (answer.status, problem["type"]) == (503, "urn:hamdel:problem:service-unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_service_that_is_too_slow_is_503(gateway: Client, peers: dict[str, Peer]) -> None:
    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(10)
        return web.Response()

    peers["loyalty"].answer = slow
    answer, problem = await gateway.get("/v1/programs")
    assert (answer.status, problem["type"]) == (503, "urn:hamdel:problem:service-timeout")


async def test_a_path_of_nobody_is_a_404_problem(gateway: Client) -> None:
    answer, problem = await gateway.get("/v1/nothing/here")
    assert (answer.status, problem["type"]) == (404, "urn:hamdel:problem:unknown-path")
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_without_a_token_nothing_reaches_the_service(gateway: Client, peers: dict[str, Peer]) -> None:
    gateway.bearer = None
    answer = await gateway.call("POST", "/v1/customers", data=b"{}")
    assert answer.status == 401
    assert peers["profile"].seen == []


async def test_a_forged_token_reaches_no_service(gateway: Client, peers: dict[str, Peer], token: Token) -> None:
    header, payload, signature = token("admin").split(".")
    answer = await gateway.call("GET", "/v1/customers", bearer=f"{header}.{payload}.{signature[::-1]}")
    assert answer.status == 401
    assert peers["profile"].seen == []


async def test_many_requests_at_once_get_their_own_answers(gateway: Client) -> None:
    ids = [str(new_id()) for _ in range(60)]
    answers = await asyncio.gather(*(gateway.get(f"/v1/customers/{one}") for one in ids))
    assert [body["path"] for _, body in answers] == [f"/v1/customers/{one}" for one in ids]
