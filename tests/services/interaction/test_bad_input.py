"""What is refused, field by field; the same table for single writes and batches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hamdel.clock import utc_now
from hamdel.contracts.base import rfc3339
from tests.services.interaction.support import Api, interaction, purchase

ABSENT = object()
DEEP: dict[str, Any] = {"1": {"2": {"3": {"4": {"5": {}}}}}}

INTERACTIONS: list[tuple[str, Any, str]] = [
    ("customer_id", ABSENT, "/customer_id"),
    ("customer_id", "no-uuid", "/customer_id"),
    ("customer_id", 7, "/customer_id"),
    ("channel", ABSENT, "/channel"),
    ("channel", "pigeon", "/channel"),
    ("channel", None, "/channel"),
    ("direction", "sideways", "/direction"),
    ("kind", "", "/kind"),
    ("kind", "x" * 101, "/kind"),
    ("kind", 7, "/kind"),
    ("occurred_at", ABSENT, "/occurred_at"),
    ("occurred_at", "2026-03-01T10:00:00", "/occurred_at"),
    ("occurred_at", "2026-03-01", "/occurred_at"),
    ("occurred_at", "2026-02-30T10:00:00Z", "/occurred_at"),
    ("occurred_at", "0001-01-01T00:00:00+14:00", "/occurred_at"),
    ("occurred_at", 1767225600, "/occurred_at"),
    ("occurred_at", "1767225600", "/occurred_at"),
    ("source", "", "/source"),
    ("external_id", "", "/external_id"),
    ("external_id", "x" * 201, "/external_id"),
    ("subject", "x" * 501, "/subject"),
    ("body", "x" * 20_001, "/body"),
    ("duration_seconds", -1, "/duration_seconds"),
    ("duration_seconds", 1.5, "/duration_seconds"),
    ("duration_seconds", True, "/duration_seconds"),
    ("duration_seconds", "90", "/duration_seconds"),
    ("duration_seconds", 10**30, "/duration_seconds"),
    ("attributes", [], "/attributes"),
    ("attributes", DEEP, "/attributes"),
    ("attributes", {"text": "x" * 16_384}, "/attributes"),
    ("subject", "a\0b", "/subject"),
    ("unknown", 1, "/unknown"),
]

PURCHASES: list[tuple[str, Any, str]] = [
    ("external_id", ABSENT, "/external_id"),
    ("external_id", None, "/external_id"),
    ("total", ABSENT, "/total"),
    ("total", {"amount": "77.00"}, "/total/currency"),
    ("total", {"amount": 77, "currency": "USD"}, "/total/amount"),
    ("total", {"amount": "-1", "currency": "USD"}, "/total/amount"),
    ("total", {"amount": "1.00001", "currency": "USD"}, "/total/amount"),
    ("total", {"amount": "1e3", "currency": "USD"}, "/total/amount"),
    ("total", {"amount": "07", "currency": "USD"}, "/total/amount"),
    ("total", {"amount": "۷۷", "currency": "USD"}, "/total/amount"),
    ("total", {"amount": "NaN", "currency": "USD"}, "/total/amount"),
    ("total", {"amount": "1\n", "currency": "USD"}, "/total/amount"),
    ("total", {"amount": "1", "currency": "usd"}, "/total/currency"),
    ("total", {"amount": "1", "currency": "USD", "more": 1}, "/total/more"),
    ("items", {}, "/items"),
    ("items", [{"quantity": 0}], "/items/0/quantity"),
    ("items", [{"quantity": "2"}], "/items/0/quantity"),
    ("items", [{}, {"surprise": 1}], "/items/1/surprise"),
    ("items", [{}] * 1001, "/items"),
    ("items", [{"name": "x" * 500}] * 450, "/items"),
]


def changed(body: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The body with one field changed or left out."""
    rest = {name: old for name, old in body.items() if name != field}
    return rest if value is ABSENT else rest | {field: value}


@pytest.mark.parametrize(("path", "table"), [("interactions", INTERACTIONS), ("purchases", PURCHASES)])
async def test_each_wrong_value_is_refused_at_its_place(api: Api, path: str, table: list[tuple[str, Any, str]]) -> None:
    customer = await api.customer()
    whole = interaction(customer) if path == "interactions" else purchase(customer, "p-1")
    found = []
    for field, value, pointer in table:
        answer = await api.post(f"/v1/{path}", changed(whole, field, value))
        errors = answer.json().get("errors") or [{"pointer": "none"}]
        found.append((field, answer.status_code, errors[0]["pointer"] == pointer or errors))
    assert found == [(field, 422, True) for field, _, _ in table]
    assert await api.events(customer) == []


@pytest.mark.parametrize(("path", "table"), [("interactions", INTERACTIONS), ("purchases", PURCHASES)])
async def test_a_batch_rejects_each_wrong_item(api: Api, path: str, table: list[tuple[str, Any, str]]) -> None:
    customer = await api.customer()
    whole = interaction(customer) if path == "interactions" else purchase(customer, "p-1")
    answers = await api.batch(f"/v1/{path}/batch", [changed(whole, field, value) for field, value, _ in table])
    assert [(one["status"], one["problem"]["status"]) for one in answers] == [("rejected", 422)] * len(table)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "x" * 500),
        ("body", "ی" * 20_000),
        ("kind", "ک" * 100),
        ("duration_seconds", 0),
        ("attributes", DEEP["1"]),
        ("occurred_at", "2026-03-01t10:00:00.123456789z"),
        ("occurred_at", "0001-01-01T00:00:00Z"),
    ],
)
async def test_a_value_at_the_limit_is_taken(api: Api, field: str, value: Any) -> None:
    answer = await api.post("/v1/interactions", interaction(await api.customer(), **{field: value}))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(("hours", "status"), [(23, 201), (25, 422)])
async def test_a_touchpoint_lies_at_most_a_day_ahead(api: Api, hours: int, status: int) -> None:
    moment = rfc3339(utc_now() + timedelta(hours=hours))
    answer = await api.post("/v1/interactions", interaction(await api.customer(), occurred_at=moment))
    assert answer.status_code == status
