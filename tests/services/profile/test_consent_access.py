"""Who may take down and read consents, what is hidden from whom, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRANT: dict[str, Any] = {"purpose": "marketing", "channel": "email", "status": "granted", "source": "web"}
EVIDENCE = {"ip": "192.0.2.1"}
STAFF = ["admin", "manager", "agent", "service"]


async def put(caller: Api, customer_id: str, **body: Any) -> Any:
    """A telling by a caller."""
    return await caller.call("PUT", f"/v1/customers/{customer_id}/consents", {**GRANT, **body})


@pytest.mark.parametrize(("role", "allowed"), [*((role, 200) for role in STAFF), ("analyst", 403)])
async def test_those_who_work_with_customers_take_down_consents(shared_api: Api, role: str, allowed: int) -> None:
    made = await shared_api.create()
    assert (await put(shared_api.as_role(role), made["id"])).status_code == allowed


PLACES = ["consents", "consents/history", "consents/proof", "can-contact?purpose=marketing&channel=email"]


@pytest.mark.parametrize("role", [*STAFF, "analyst"])
@pytest.mark.parametrize("place", PLACES)
async def test_everybody_of_the_staff_reads_them(shared_api: Api, role: str, place: str) -> None:
    made = await shared_api.create()
    assert (await shared_api.as_role(role).get(f"/v1/customers/{made['id']}/{place}")).status_code == 200


async def test_a_customer_reads_and_takes_down_its_own_and_nobody_elses(shared_api: Api) -> None:
    made, other = await shared_api.create(), await shared_api.create()
    customer = shared_api.as_role("customer", customer_id=made["id"])
    assert (await put(customer, made["id"], evidence=EVIDENCE)).json()["evidence"] == EVIDENCE
    assert (await put(customer, other["id"])).status_code == 403
    for place in PLACES:
        assert (await customer.get(f"/v1/customers/{made['id']}/{place}")).status_code == 200
        assert (await customer.get(f"/v1/customers/{other['id']}/{place}")).status_code == 403


async def test_a_customer_cannot_hand_itself_the_token_that_was_to_prove_its_address(shared_api: Api) -> None:
    made = await shared_api.create()
    customer = shared_api.as_role("customer", customer_id=made["id"])
    assert (await put(customer, made["id"], double_opt_in=True)).status_code == 403
    token = (await put(shared_api, made["id"], double_opt_in=True)).json()["confirmation_token"]
    path = f"/v1/customers/{made['id']}/consents/confirm"
    assert (await customer.call("POST", path, {"token": token})).json()["standing"] == "granted"


@pytest.mark.parametrize(
    ("role", "scopes", "seen"),
    [
        ("agent", (), None),
        ("analyst", (), None),
        ("agent", ("pii:read",), EVIDENCE),
        ("analyst", ("pii:read",), EVIDENCE),
        ("admin", (), EVIDENCE),
        ("manager", (), EVIDENCE),
        ("service", (), EVIDENCE),
    ],
)
async def test_evidence_is_hidden_from_those_who_may_not_see_personal_data(
    shared_api: Api, role: str, scopes: tuple[str, ...], seen: Any
) -> None:
    made = await shared_api.create()
    await put(shared_api, made["id"], evidence=EVIDENCE)
    reader = shared_api.as_role(role, scopes=scopes)
    for place in ("consents", "consents/history"):
        assert (await reader.get(f"/v1/customers/{made['id']}/{place}")).json()["items"][0]["evidence"] == seen


async def test_the_answer_to_an_agents_own_telling_hides_the_evidence_as_well(shared_api: Api) -> None:
    made = await shared_api.create()
    assert (await put(shared_api.as_role("agent"), made["id"], evidence=EVIDENCE)).json()["evidence"] is None


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"purpose": "Marketing!"}, "/purpose"),
    ({"purpose": ""}, "/purpose"),
    ({"purpose": "x" * 65}, "/purpose"),
    ({"purpose": "a/b"}, "/purpose"),
    ({"channel": "pigeon"}, "/channel"),
    ({"status": "pending"}, "/status"),
    ({"legal_basis": "because"}, "/legal_basis"),
    ({"source": ""}, "/source"),
    ({"source": "a\u0000b"}, "/source"),
    ({"evidence": []}, "/evidence"),
    ({"evidence": {"text": "x" * 16_384}}, "/evidence"),
    ({"evidence": {"text": "a\u0000b"}}, "/evidence/text"),
    ({"evidence": {"a\u0000b": 1}}, "/evidence"),
    ({"evidence": {"a": {"b": {"c": {"d": {"e": {}}}}}}}, "/evidence"),
    ({"evidence": {"n": 1e300}}, "/evidence"),
    ({"valid_from": "2026-01-01T00:00:00"}, "/valid_from"),
    ({"valid_from": "0001-01-01T00:00:00+14:00"}, "/valid_from"),
    ({"valid_to": "yesterday"}, "/valid_to"),
    ({"valid_to": "9999-12-31T23:59:59-14:00"}, "/valid_to"),
    ({"valid_to": "2001-01-01T00:00:00Z"}, "/valid_to"),
    ({"valid_from": "2026-01-02T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"}, "/valid_to"),
    ({"valid_from": "2026-01-01T00:00:00Z", "valid_to": "2026-01-01T03:30:00+03:30"}, "/valid_to"),
    ({"status": "withdrawn", "double_opt_in": True}, "/double_opt_in"),
    ({"recorded_at": "2026-01-01T00:00:00Z"}, "/recorded_at"),
]


@pytest.mark.parametrize(("body", "pointer"), REFUSED)
async def test_a_telling_that_is_not_allowed_is_refused_with_its_place(
    shared_api: Api, body: dict[str, Any], pointer: str
) -> None:
    made = await shared_api.create()
    answer = await put(shared_api, made["id"], **body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


@pytest.mark.parametrize("field", ["purpose", "channel", "status", "source"])
async def test_what_a_telling_needs_must_be_there(shared_api: Api, field: str) -> None:
    made = await shared_api.create()
    body = {key: value for key, value in GRANT.items() if key != field}
    answer = await shared_api.call("PUT", f"/v1/customers/{made['id']}/consents", body)
    assert (answer.status_code, pointers(answer)) == (422, [f"/{field}"])


async def test_without_end_may_be_written_as_the_year_9999(shared_api: Api) -> None:
    made = await shared_api.create()
    assert (await put(shared_api, made["id"], valid_to="9999-12-31T23:59:59Z")).json()["standing"] == "granted"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"valid_to": "2001-01-01T00:00:00Z"}, "باید پس از آغاز اعتبار باشد"),
        ({"status": "denied", "double_opt_in": True}, "تنها رضایت دادن را می‌توان تأیید کرد"),
    ],
)
async def test_what_is_wrong_is_told_in_persian(shared_api: Api, body: dict[str, Any], words: str) -> None:
    made = await shared_api.create()
    path = f"/v1/customers/{made['id']}/consents"
    answer = await shared_api.call("PUT", path, {**GRANT, **body}, {"Accept-Language": "fa"})
    assert answer.json()["errors"][0]["message"] == words


async def test_a_confirmation_nobody_opened_is_told_in_persian(shared_api: Api) -> None:
    made = await shared_api.create()
    path = f"/v1/customers/{made['id']}/consents/confirm"
    answer = await shared_api.call("POST", path, {"token": "x"}, {"Accept-Language": "fa"})
    assert (answer.status_code, answer.json()["title"]) == (404, "چنین تأییدی در جریان نیست")
