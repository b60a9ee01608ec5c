"""Bad input through the gateway: the right 4xx problem, never a 500, nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.live import LiveStack

CUSTOMER = {"kind": "person", "name": {"given": "Sara"}}
JSON = {"Content-Type": "application/json"}


def interaction(customer_id: str, **changes: Any) -> dict[str, Any]:
    """A body that would be accepted, with changes."""
    body = {
        "customer_id": customer_id,
        "channel": "phone",
        "direction": "inbound",
        "kind": "call",
        "occurred_at": "2026-01-02T10:00:00Z",
    }
    return {**body, **changes}


@pytest.fixture(scope="module")
def customer(stack: LiveStack) -> str:
    """A customer to aim at."""
    with stack.client("agent") as client:
        return str(client.post("/v1/customers", json=CUSTOMER).raise_for_status().json()["id"])


@pytest.fixture
def counted(stack: LiveStack) -> Callable[[], tuple[int, ...]]:
    """Row counts of everything a write would touch."""

    def count() -> tuple[int, ...]:
        return (
            *stack.count("profile", "customers", "event_streams", "identifiers"),
            *stack.count("interaction", "interactions", "purchases", "event_streams"),
        )

    return count


BODIES: dict[str, tuple[str, bytes, int]] = {
    "malformed JSON": ("/v1/customers", b'{"kind": "person",', 400),
    "not an object": ("/v1/customers", b"[1, 2]", 422),
    "invalid UTF-8": ("/v1/customers", b'{"kind": "person", "name": {"given": "\xff\xfe"}}', 400),
    "unknown field": ("/v1/customers", json.dumps({**CUSTOMER, "colour": "red"}).encode(), 422),
    "wrong type": ("/v1/customers", json.dumps({"kind": "person", "name": "Sara"}).encode(), 422),
    "unknown kind": ("/v1/customers", json.dumps({**CUSTOMER, "kind": "robot"}).encode(), 422),
    "NUL in text": ("/v1/customers", json.dumps({"kind": "person", "name": {"given": "a\u0000b"}}).encode(), 422),
    "NUL deep in attributes": (
        "/v1/customers",
        json.dumps({**CUSTOMER, "attributes": {"a": ["\u0000"]}}).encode(),
        422,
    ),
    "lone surrogate": ("/v1/customers", b'{"kind": "person", "name": {"given": "\\ud800"}}', 400),
    "2 MB body": ("/v1/customers", json.dumps({**CUSTOMER, "special_needs": "x" * 2_000_000}).encode(), 413),
    "too deep": ("/v1/customers", b'{"attributes": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}", 400),
    "number beyond bigint": (
        "/v1/interactions",
        json.dumps(interaction(str(uuid4()), duration_seconds=10**30)).encode(),
        422,
    ),
    "naive time": (
        "/v1/interactions",
        json.dumps(interaction(str(uuid4()), occurred_at="2026-01-02T10:00:00")).encode(),
        422,
    ),
    "unknown customer": ("/v1/interactions", json.dumps(interaction(str(uuid4()))).encode(), 404),
    "customer id that is none": ("/v1/interactions", json.dumps(interaction("42")).encode(), 422),
    "more than 1,000 items": (
        "/v1/interactions/batch",
        json.dumps({"items": [interaction(str(uuid4()))] * 1001}).encode(),
        422,
    ),
    "more than 1,000 identifiers": (
        "/v1/customers/resolve",
        json.dumps({"create_missing": True, "identifiers": [{"type": "card", "value": "1"}] * 1001}).encode(),
        422,
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_answered_with_its_problem_and_writes_nothing(
    stack: LiveStack, counted: Callable[[], tuple[int, ...]], name: str
) -> None:
    path, body, status = BODIES[name]
    before = counted()
    with stack.client("agent") as client:
        answer = client.post(path, content=body, headers=JSON)
    assert_problem(answer, status)
    assert counted() == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/customers/{id}/timeline?cursor=%00not-a-cursor", 422),
        ("/v1/customers/{id}/timeline?cursor=AAAA", 400),
        ("/v1/customers/{id}/timeline?cursor=%FF", 400),
        ("/v1/customers/{id}/timeline?limit=201", 422),
        ("/v1/customers/{id}/timeline?limit=0", 422),
        ("/v1/customers/{id}/timeline?from=yesterday", 422),
        ("/v1/customers/{id}/history?cursor=bad", 400),
        ("/v1/customers/{id}/view?consistency=maybe", 422),
        ("/v1/customers/not-a-uuid/view", 422),
        ("/v1/customers/00000000-0000-7000-8000-000000000000/view", 404),
        ("/v1/customers/by/email/nobody@example.com", 404),
        ("/v1/nothing-here", 404),
        ("/v1/../internal/sections/{id}", 404),
        ("/internal/sections/{id}", 404),
    ],
)
def test_a_bad_question_is_answered_with_its_problem(stack: LiveStack, customer: str, path: str, status: int) -> None:
    with stack.client("agent") as client:
        assert_problem(client.get(path.replace("{id}", customer)), status)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer", 401),
        ("Bearer not.a.token", 401),
        ("Basic c2FyYTpzZWNyZXQ=", 401),
        ("Bearer " + "x" * 5000, 401),
    ],
)
def test_without_a_valid_token_nothing_is_shown(
    stack: LiveStack, customer: str, header: str | None, status: int
) -> None:
    headers = {"Authorization": header} if header else {}
    with httpx.Client(base_url=stack.gateway, timeout=10) as client:
        for path in (f"/v1/customers/{customer}/view", f"/v1/customers/{customer}", "/v1/customers/by/card/1"):
            answer = client.get(path, headers=headers)
            assert_problem(answer, status)
            assert "www-authenticate" in answer.headers


def test_an_expired_token_is_refused(stack: LiveStack, customer: str) -> None:
    with stack.client("agent", ttl_seconds=-120) as client:
        assert_problem(client.get(f"/v1/customers/{customer}/view"), 401)
        assert_problem(client.post("/v1/customers", json=CUSTOMER), 401)


def test_a_role_without_the_right_is_refused_and_writes_nothing(
    stack: LiveStack, counted: Callable[[], tuple[int, ...]]
) -> None:
    before = counted()
    with stack.client("analyst") as client:
        assert_problem(client.post("/v1/customers", json=CUSTOMER), 403)
    assert counted() == before


def test_a_customer_sees_only_the_own_view(stack: LiveStack, customer: str) -> None:
    with stack.client("customer", customer_id=customer) as client:
        assert client.get(f"/v1/customers/{customer}/view").status_code == 200
        assert_problem(client.get(f"/v1/customers/{uuid4()}/view"), 403)


def test_problems_are_in_persian_for_those_who_read_persian(stack: LiveStack) -> None:
    with stack.client("agent") as client:
        answer = client.get("/v1/customers/by/email/nobody@example.com", headers={"Accept-Language": "fa"})
    assert_problem(answer, 404)
    assert any("\u0600" <= letter <= "\u06ff" for letter in answer.json()["title"])


def assert_problem(answer: httpx.Response, status: int) -> None:
    """RFC 9457: the media type, the members, no trace of the inside."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"]
    assert problem["title"]
    assert problem["request_id"]
    assert "Traceback" not in answer.text
