"""Who may do what, and who sees personal data."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from tests.services.profile.support import Api

KNOWN_AS = [
    {"type": "national_id", "value": "0012345679"},
    {"type": "phone", "value": "+989123456789"},
    {"type": "email", "value": "sara@example.com"},
]
MASKED = ["******5679", "*********6789", "sara@example.com"]
IN_FULL = ["0012345679", "+989123456789", "sara@example.com"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sara(shared_api: Api) -> dict[str, Any]:
    """A customer that is known under three identifiers."""
    return await shared_api.create(identifiers=KNOWN_AS)


def values(resource: Any) -> list[str]:
    """The identifiers' values."""
    return [each["value"] for each in resource["identifiers"]]


@pytest.mark.parametrize(
    ("role", "scopes", "seen"),
    [
        ("agent", (), MASKED),
        ("analyst", (), MASKED),
        ("agent", ("pii:read",), IN_FULL),
        ("analyst", ("pii:read",), IN_FULL),
        ("admin", (), IN_FULL),
        ("manager", (), IN_FULL),
        ("service", (), IN_FULL),
    ],
)
async def test_national_ids_and_phones_are_masked_by_role_and_scope(
    shared_api: Api, sara: dict[str, Any], role: str, scopes: tuple[str, ...], seen: list[str]
) -> None:
    caller = shared_api.as_role(role, scopes=scopes)
    by_id = await caller.get(f"/v1/customers/{sara['id']}")
    by_phone = await caller.get("/v1/customers/by/phone/+989123456789")
    history = await caller.get(f"/v1/customers/{sara['id']}/history")
    assert values(by_id.json()) == seen
    assert values(by_phone.json()) == seen
    assert values(history.json()["items"][0]["new"]) == seen


async def test_the_answer_to_an_agents_patch_is_masked(shared_api: Api, sara: dict[str, Any]) -> None:
    answer = await shared_api.as_role("agent").patch(sara["id"], 1, {"gender": "f"})
    assert values(answer.json()) == MASKED


async def test_a_customer_reads_its_own_record_in_full(shared_api: Api, sara: dict[str, Any]) -> None:
    answer = await shared_api.as_role("customer", customer_id=sara["id"]).get(f"/v1/customers/{sara['id']}")
    assert (answer.status_code, values(answer.json())) == (200, IN_FULL)


async def test_a_customer_does_not_read_somebody_elses_record(shared_api: Api) -> None:
    made, other = await shared_api.create(), await shared_api.create()
    answer = await shared_api.as_role("customer", customer_id=other["id"]).get(f"/v1/customers/{made['id']}")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("admin", 201), ("manager", 201), ("agent", 201), ("service", 201), ("analyst", 403), ("customer", 403)],
)
async def test_writing_is_for_those_who_work_with_customers(shared_api: Api, role: str, allowed: int) -> None:
    assert (await shared_api.as_role(role).call("POST", "/v1/customers", {})).status_code == allowed


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/{id}"), ("GET", "/{id}/history"), ("POST", "/resolve")])
async def test_a_customer_may_read_but_neither_change_nor_look_up(shared_api: Api, method: str, path: str) -> None:
    made = await shared_api.create()
    customer = shared_api.as_role("customer", customer_id=made["id"])
    body: Any = None if method == "GET" else {}
    assert (await customer.call(method, f"/v1/customers{path.format(id=made['id'])}", body)).status_code == 403


@pytest.mark.parametrize("role", ["admin", "manager", "agent", "analyst", "customer"])
async def test_the_internal_door_is_for_services_alone(shared_api: Api, role: str) -> None:
    answer = await shared_api.as_role(role).get("/internal/customers/known?id=01890000-0000-7000-8000-000000000000")
    assert answer.status_code == 403
