"""Every message on every topic is what the documentation says, read with the official SDK."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured_event
from cloudevents.core.formats.json import JSONFormat

from hamdel.contracts.base import all_facts
from tests.support.live import SHORTS, LiveStack


@pytest.fixture(scope="module")
def written(stack: LiveStack) -> str:
    """A customer with a purchase and an interaction, published."""
    with stack.client("agent") as client:
        person = {"kind": "person", "identifiers": [{"type": "card", "value": "ce-1"}], "name": {"given": "ندا"}}
        customer = str(client.post("/v1/customers", json=person).raise_for_status().json()["id"])
        common = {"customer_id": customer, "channel": "web", "occurred_at": "2026-01-01T00:00:00Z"}
        client.post("/v1/interactions", json={**common, "direction": "inbound", "kind": "visit"}).raise_for_status()
        total = {"amount": "12.50", "currency": "EUR"}
        client.post("/v1/purchases", json={**common, "external_id": "ce-1", "total": total}).raise_for_status()
    stack.wait_until_quiet()
    return customer


def test_every_fact_parses_with_the_official_sdk_and_its_contract(stack: LiveStack, written: str) -> None:
    parsed = 0
    for short in SHORTS:
        for record in stack.read(f"hamdel.{short}.events"):
            headers = dict(record.headers)
            message = KafkaMessage(headers=headers, key=record.key, value=record.value or b"")
            event = from_structured_event(message, JSONFormat())
            assert record.key == str(event.get_subject()).encode()
            assert headers["content-type"] == b"application/cloudevents+json"
            assert headers["ce_id"].decode() == event.get_id()
            assert headers["ce_type"].decode() == event.get_type()
            assert headers["ce_source"].decode() == event.get_source() == f"/hamdel/{short}-service"
            data = event.get_data()
            assert isinstance(data, dict)
            all_facts()[event.get_type()].model_validate(data)
            parsed += 1
    assert parsed >= 4


def test_every_section_says_whose_it_is(stack: LiveStack, written: str) -> None:
    keys = set()
    for short in SHORTS:
        for record in stack.read(f"hamdel.{short}.sections"):
            assert record.key is not None
            if record.value is None:  # gone, or nobody's: a survey has facts and no section
                assert int(dict(record.headers)["sequence"]) >= 1
                continue
            section = json.loads(record.value)
            assert UUID(section["customer_id"]) == UUID(record.key.decode())
            assert section["sequence"] >= 1
            assert section["as_of"].endswith("Z")
            keys.add(record.key.decode())
    assert written in keys


def test_a_trace_goes_from_the_front_door_into_the_event(stack: LiveStack) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    with stack.client("agent") as client:
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X-Request-ID": "trace-test-1"}
        answer = client.post("/v1/customers", json={"kind": "person"}, headers=headers).raise_for_status()
    stack.wait_until_quiet()
    subject = answer.json()["id"]
    (record,) = [r for r in stack.read("hamdel.profile.events") if r.key == subject.encode()]
    assert record.json()["correlationid"] == "trace-test-1"
    assert record.json()["traceparent"].split("-")[1] == trace
    assert dict(record.headers)["traceparent"].decode().split("-")[1] == trace
