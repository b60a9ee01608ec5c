"""A merge and its un-merge through the whole stack: four services, the broker and the gateway's projection."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.live import LiveStack

pytestmark = pytest.mark.slow


def person(client: httpx.Client, name: str, *channels: str) -> str:
    """A new customer with a purchase, and an interaction on each of the channels."""
    made: dict[str, Any] = client.post("/v1/customers", json={"name": {"given": name}}).json()
    customer = str(made["id"])
    at = {"customer_id": customer, "occurred_at": "2026-03-01T10:00:00Z"}
    total = {"amount": "10.00", "currency": "USD"}
    client.post("/v1/purchases", json={**at, "external_id": customer, "total": total}).raise_for_status()
    for channel in channels:
        body = {**at, "channel": channel, "direction": "inbound", "kind": "question"}
        client.post("/v1/interactions", json=body).raise_for_status()
    return customer


def view(client: httpx.Client, customer: str) -> dict[str, Any]:
    """The projected view."""
    answer = client.get(f"/v1/customers/{customer}/view")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def without_sections(found: dict[str, Any]) -> dict[str, Any]:
    """The content alone: the numbers of the sections go on counting."""
    return {name: found[name] for name in ("customer_id", "profile", "interactions", "surveys", "loyalty")}


def test_two_ids_show_one_customer_and_two_again_after_the_un_merge(stack: LiveStack) -> None:
    with stack.client("admin") as client:
        sara, other = person(client, "Sara", "phone"), person(client, "S.", "chat", "chat")
        stack.wait_until_quiet()
        before = [without_sections(view(client, each)) for each in (sara, other)]
        merge = client.post(f"/v1/customers/{sara}/merges", json={"absorb": other}).json()
        stack.wait_until_quiet()
        shown = view(client, other)
        assert shown == view(client, sara)
        assert shown["customer_id"] == sara
        assert shown["interactions"]["by_channel"] == {"chat": 2, "phone": 1}
        assert shown["interactions"]["purchases"]["total"] == {"amount": "20.00", "currency": "USD"}
        assert "differences: 0" in stack.hamdel("doctor", "--views").stdout
        client.delete(f"/v1/customers/{sara}/merges/{merge['merge_id']}").raise_for_status()
        stack.wait_until_quiet()
        assert [without_sections(view(client, each)) for each in (sara, other)] == before


def test_a_write_under_the_absorbed_id_is_read_back_at_once_under_either(stack: LiveStack) -> None:
    with stack.client("admin") as client:
        sara, other = person(client, "Sara"), person(client, "S.")
        client.post(f"/v1/customers/{sara}/merges", json={"absorb": other}).raise_for_status()
        stack.wait_until_quiet()
        at = {"customer_id": other, "occurred_at": "2026-03-02T10:00:00Z"}
        written = client.post(
            "/v1/interactions", json={**at, "channel": "sms", "direction": "inbound", "kind": "question"}
        )
        wanted = {"Hamdel-Min-Sequence": written.headers["Hamdel-Sequence"]}
        for each in (sara, other):
            found = client.get(f"/v1/customers/{each}/view", headers=wanted).json()
            assert found["interactions"]["by_channel"] == {"sms": 1}


def test_a_preview_counts_the_rows_of_every_service(stack: LiveStack) -> None:
    with stack.client("admin") as client:
        sara, other = person(client, "Sara"), person(client, "S.", "chat", "phone")
        body = {"absorb": other, "dry_run": True}
        rows = client.post(f"/v1/customers/{sara}/merges", json=body).json()["rows"]
    # one line of history; two interactions and a purchase
    assert rows == {"profile": 1, "interaction": 3, "survey": 0, "loyalty": 0}
