"""What a caller gets for a bad request: the right status, as a problem, in their language."""

from __future__ import annotations

from uuid import UUID

import httpx
import orjson
import pytest

from hamdel.http import Conflict
from hamdel.http.render import problem_body

JSON = {"Content-Type": "application/json"}


async def post(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    return await client.post("/v1/notes", content=body, headers={**JSON, **headers})


def note(customer: UUID, rest: str) -> bytes:
    return f'{{"customer_id":"{customer}",{rest}}}'.encode()


def is_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == f"urn:hamdel:problem:{code}"
    assert body["status"] == status
    assert body["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    "rest",
    [
        '"text":"a"',
        '"text":"a","number":9223372036854775807',
        '"text":"سلام 👋","attributes":{"deep":[1,{"a":null}]}',
    ],
)
async def test_a_good_body_is_accepted(client: httpx.AsyncClient, customer: UUID, rest: str) -> None:
    response = await post(client, note(customer, rest))
    assert response.status_code == 201, response.text


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1,]",
        b'{"text":"\xff\xfe"}',
        b'{"text":"\\ud800"}',
        b'{"text":"\\udc00\\ud800"}',
        b'{"price":NaN}',
        b'{"price":Infinity}',
        b'{"text":"raw\x00nul"}',
        b'{"number":1' + b"0" * 400 + b"}",
        b"[" * 40_000 + b"]" * 40_000,
        b'{"attributes":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    ],
    ids=[
        "cut",
        "comma",
        "utf8",
        "surrogate",
        "swapped",
        "nan",
        "infinity",
        "raw-nul",
        "beyond-a-double",
        "deep-array",
        "deep-object",
    ],
)
async def test_what_is_not_json_is_malformed(client: httpx.AsyncClient, body: bytes) -> None:
    is_problem(await post(client, body), 400, "malformed-json")


@pytest.mark.parametrize(
    ("rest", "pointer"),
    [
        ('"text":"a","unknown":1', "/unknown"),
        ('"text":5', "/text"),
        ('"text":"a","number":"x"', "/number"),
        ('"text":"a","number":9223372036854775808', "/number"),
        ('"text":"a","number":-123456789012345678901234567890', "/number"),
        ('"text":"a\\u0000b"', "/text"),
        ('"text":"a","tags":["x","\\u0000"]', "/tags/1"),
        ('"text":"a","attributes":{"a/b":{"c~":"\\u0000"}}', "/attributes/a~1b/c~0"),
        ('"text":"a","attributes":{"k\\u0000":1}', "/attributes"),
        ('"text":"a","tags":["1","2","3","4"]', "/tags"),
        ('"text":"' + "x" * 10_001 + '"', "/text"),
        ('"text":"a","attributes":{"' + "k" * 10_001 + '":1}', "/attributes/" + "k" * 10_001 + "/[key]"),
    ],
)
async def test_a_wrong_value_is_named_by_its_pointer(
    client: httpx.AsyncClient, customer: UUID, rest: str, pointer: str
) -> None:
    response = await post(client, note(customer, rest))
    is_problem(response, 422, "invalid-value")
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_nul_a_thousand_levels_deep_is_found(client: httpx.AsyncClient, customer: UUID) -> None:
    deep = '{"a":' * 1_000 + '"\\u0000"' + "}" * 1_000
    response = await post(client, note(customer, f'"text":"a","attributes":{deep}'))
    is_problem(response, 422, "invalid-value")
    assert [error["pointer"] for error in response.json()["errors"]] == ["/attributes" + "/a" * 1_000]


async def test_an_escaped_backslash_before_u0000_is_no_nul(client: httpx.AsyncClient, customer: UUID) -> None:
    response = await post(client, note(customer, '"text":"\\\\u0000"'))
    assert response.status_code == 201
    assert response.json()["text"] == "\\u0000"


@pytest.mark.parametrize("path", ["/v1/search/a%00b", "/v1/search/a?q=%00"])
async def test_nul_in_path_or_query_is_invalid(client: httpx.AsyncClient, path: str) -> None:
    is_problem(await client.get(path), 422, "invalid-value")


async def test_a_wrong_path_parameter_is_named(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/customers/nobody/notes")
    is_problem(response, 422, "invalid-value")
    assert response.json()["errors"][0]["pointer"] == "/path/customer_id"


@pytest.mark.parametrize("limit", ["0", "201", "x", "9" * 5_000])
async def test_a_wrong_limit_is_named(client: httpx.AsyncClient, customer: UUID, limit: str) -> None:
    response = await client.get(f"/v1/customers/{customer}/notes?limit={limit}")
    is_problem(response, 422, "invalid-value")
    assert response.json()["errors"][0]["pointer"] == "/query/limit"


@pytest.mark.parametrize("cursor", ["x", "%FF", "WzFd.", "e30", "WyJhIl0", "WzEsMl0", "WyJcdTAwMDAiXQ"])
async def test_a_strange_cursor_is_a_bad_cursor(client: httpx.AsyncClient, customer: UUID, cursor: str) -> None:
    is_problem(await client.get(f"/v1/customers/{customer}/notes?cursor={cursor}"), 400, "bad-cursor")


async def test_an_expected_failure_has_its_own_type(client: httpx.AsyncClient, customer: UUID) -> None:
    response = await client.get(f"/v1/customers/{customer}/notes")
    is_problem(response, 404, "unknown-customer")
    assert response.json()["detail"] == f"no customer {customer}"


async def test_a_body_that_is_not_json_by_type_is_unsupported(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/notes", content=b"<a/>", headers={"Content-Type": "text/xml"})
    is_problem(response, 415, "unsupported-media-type")


async def test_json_by_suffix_is_accepted(client: httpx.AsyncClient, customer: UUID) -> None:
    response = await client.post(
        "/v1/notes", content=note(customer, '"text":"a"'), headers={"Content-Type": "application/merge-patch+json"}
    )
    assert response.status_code == 201


async def test_a_missing_body_is_invalid(client: httpx.AsyncClient) -> None:
    is_problem(await client.post("/v1/notes"), 422, "invalid-value")


@pytest.mark.parametrize("path", ["/v1/nothing", "/", "/v1/ping/"])
async def test_an_unknown_path_is_a_problem(client: httpx.AsyncClient, path: str) -> None:
    is_problem(await client.get(path), 404, "not-found")


async def test_a_wrong_method_is_a_problem_that_names_the_right_one(client: httpx.AsyncClient) -> None:
    response = await client.delete("/v1/ping")
    is_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"


async def test_a_fault_of_ours_tells_nothing(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/crash")
    is_problem(response, 500, "internal-error")
    assert "secret" not in response.text


async def test_an_announced_body_over_the_limit_is_too_large(client: httpx.AsyncClient) -> None:
    is_problem(await post(client, b" " * 100_001), 413, "too-large")


async def test_a_route_may_have_a_limit_of_its_own(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/uploads", content=b"x" * 200_000)).json() == {"bytes": 200_000}
    is_problem(await client.post("/v1/uploads", content=b"x" * 200_001), 413, "too-large")


async def test_if_match_is_required(client: httpx.AsyncClient, customer: UUID) -> None:
    is_problem(await client.patch(f"/v1/notes/{customer}"), 428, "if-match-required")


@pytest.mark.parametrize("tag", ["3", 'W/"3"', "*", '"x"', '"99999999999999999999"', '"٣"'.encode()])
async def test_a_strange_if_match_is_stale(client: httpx.AsyncClient, customer: UUID, tag: str | bytes) -> None:
    raw = tag if isinstance(tag, bytes) else tag.encode()
    response = await client.patch(f"/v1/notes/{customer}", headers={b"If-Match": raw})
    is_problem(response, 412, "stale-version")


async def test_if_match_gives_the_version(client: httpx.AsyncClient, customer: UUID) -> None:
    response = await client.patch(f"/v1/notes/{customer}", headers={"If-Match": '"3"'})
    assert response.json() == {"expected": 3}


async def test_a_persian_caller_reads_persian(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/notes", json={"text": 5}, headers={"Accept-Language": "fa-IR,en;q=0.5"})
    body = response.json()
    assert response.headers["content-language"] == "fa"
    assert body["title"] == "مقداری نامعتبر است"
    assert {error["pointer"]: error["message"] for error in body["errors"]} == {
        "/customer_id": "این فیلد لازم است",
        "/text": "باید متن باشد",
    }


async def test_a_refused_value_is_not_echoed(client: httpx.AsyncClient, customer: UUID) -> None:
    response = await post(client, note(customer, '"text":"a","number":"0012345678x"'))
    assert "0012345678" not in response.text


def test_a_problem_may_have_members_of_its_own_which_never_hide_a_standard_one() -> None:
    problem = Conflict("ambiguous", members={"customer_ids": ["a", "b"], "status": 200})
    body = orjson.loads(problem_body(problem, "r-1"))
    assert (body["customer_ids"], body["status"], body["type"]) == (["a", "b"], 409, "urn:hamdel:problem:ambiguous")
