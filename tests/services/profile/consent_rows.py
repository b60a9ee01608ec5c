"""Rows of consent as tests write them, and tellings as clients send them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from profile_service.consents.domain import Row
from tests.services.profile.support import Api

GRANT: dict[str, Any] = {
    "purpose": "marketing",
    "channel": "email",
    "status": "granted",
    "legal_basis": "consent",
    "source": "paper form",
    "evidence": {"wording": "v3", "ip": "192.0.2.1"},
    "valid_from": "2026-01-01T00:00:00+03:30",
    "valid_to": "2999-01-01T00:00:00Z",
}

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SARA, ZARA, TARA = UUID(int=1), UUID(int=2), UUID(int=3)


def row(status: str = "granted", channel: str = "email", *, ordinal: int = 1, **other: Any) -> Row:
    """A row of Sara's about marketing, recorded at noon plus `ordinal` minutes and valid from a day before."""
    customer_id = other.pop("customer_id", SARA)
    told: dict[str, Any] = {
        "id": UUID(int=customer_id.int * 1000 + ordinal),
        "customer_id": customer_id,
        "ordinal": ordinal,
        "purpose": "marketing",
        "channel": channel,
        "status": status,
        "legal_basis": "consent",
        "source": "paper form",
        "evidence": "{}",
        "valid_from": NOON - timedelta(days=1),
        "valid_to": None,
        "token_hash": None,
        "token_expires_at": None,
        "confirms": None,
        "recorded_at": NOON + timedelta(minutes=ordinal),
        "recorded_by": "agent-7",
        "previous_hash": None,
        "hash": b"",
    }
    return Row(**(told | other))


async def put(api: Api, customer_id: str, body: Any = GRANT, **other: Any) -> httpx.Response:
    """A telling."""
    return await api.call("PUT", f"/v1/customers/{customer_id}/consents", {**body, **other})


async def listed(api: Api, customer_id: str, place: str = "") -> list[dict[str, Any]]:
    """The items of a list below a customer's consents."""
    items: list[dict[str, Any]] = (await api.get(f"/v1/customers/{customer_id}/consents{place}")).json()["items"]
    return items


async def confirm(api: Api, customer_id: str, token: str) -> httpx.Response:
    """The token comes back."""
    body = {"token": token, "evidence": {"clicked_from": "192.0.2.9"}}
    return await api.call("POST", f"/v1/customers/{customer_id}/consents/confirm", body)
