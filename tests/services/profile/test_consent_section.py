"""Consents in the profile section of the customer view."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.profile.support import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

GRANT: dict[str, Any] = {
    "purpose": "marketing",
    "channel": "sms",
    "status": "granted",
    "source": "web",
    "evidence": {"ip": "192.0.2.1"},
    "valid_from": "2026-01-01T00:00:00Z",
}


async def section(api: Api, customer_id: str) -> dict[str, Any]:
    """The section as the relay would publish it."""
    record: dict[str, Any] = (await api.as_role("service").get(f"/internal/sections/{customer_id}")).json()
    return record


async def put(api: Api, customer_id: str, **body: Any) -> dict[str, Any]:
    """A telling."""
    told: dict[str, Any] = (await api.call("PUT", f"/v1/customers/{customer_id}/consents", {**GRANT, **body})).json()
    return told


async def test_the_section_shows_what_stands_sorted_and_without_evidence(shared_api: Api) -> None:
    made = await shared_api.create()
    sms = await put(shared_api, made["id"], valid_to="2027-01-01T00:00:00Z")
    events = await put(shared_api, made["id"], purpose="events", channel="email", legal_basis="contract")
    record = await section(shared_api, made["id"])
    assert record["data"]["consents"] == [
        {
            "purpose": "events",
            "channel": "email",
            "status": "granted",
            "legal_basis": "contract",
            "valid_from": "2026-01-01T00:00:00Z",
            "valid_to": None,
            "recorded_at": events["recorded_at"],
        },
        {
            "purpose": "marketing",
            "channel": "sms",
            "status": "granted",
            "legal_basis": "consent",
            "valid_from": "2026-01-01T00:00:00Z",
            "valid_to": "2027-01-01T00:00:00Z",
            "recorded_at": sms["recorded_at"],
        },
    ]
    assert (record["sequence"], record["data"]["version"]) == (5, 3)


async def test_the_section_follows_a_withdrawal(shared_api: Api) -> None:
    made = await shared_api.create(consents=[GRANT])
    await put(shared_api, made["id"], channel="any", status="withdrawn")
    consents = (await section(shared_api, made["id"]))["data"]["consents"]
    assert [(each["channel"], each["status"]) for each in consents] == [("any", "withdrawn"), ("sms", "withdrawn")]


async def test_a_grant_that_is_over_is_shown_with_its_end_because_a_section_has_no_clock(shared_api: Api) -> None:
    made = await shared_api.create(consents=[{**GRANT, "valid_to": "2026-02-01T00:00:00Z"}])
    (consent,) = (await section(shared_api, made["id"]))["data"]["consents"]
    assert (consent["status"], consent["valid_to"]) == ("granted", "2026-02-01T00:00:00Z")
