"""Must-hold 7: Apache Kafka is stopped for a minute under writes; none fails, none is lost, doubled or out of order."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.support.live import LiveStack

SECONDS = 60.0
PER_SECOND = 20
CUSTOMERS = 12

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


def paced(seconds: float, per_second: float) -> Iterator[int]:
    """Numbers at a steady rate, until the time is over."""
    started = time.monotonic()
    number = 0
    while number < seconds * per_second:
        time.sleep(max(0.0, started + number / per_second - time.monotonic()))
        yield number
        number += 1


def create(client: httpx.Client, number: int) -> str:
    """A new customer."""
    answer = client.post("/v1/customers", json={"kind": "person", "name": {"given": f"Outage {number}"}})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def write(client: httpx.Client, customer: str, number: int) -> None:
    """One touchpoint or, every fourth time, one purchase of 10 dollars."""
    body = {"customer_id": customer, "channel": "web", "occurred_at": "2026-01-01T00:00:00Z"}
    body |= {"source": "outage", "external_id": str(number)}
    if number % 4:
        answer = client.post("/v1/interactions", json={**body, "direction": "inbound", "kind": "visit"})
    else:
        answer = client.post("/v1/purchases", json={**body, "total": {"amount": "10.00", "currency": "USD"}})
    assert answer.status_code == 201, answer.text


def write_on(client: httpx.Client, customers: list[str]) -> Counter[str]:
    """A minute of writes to old customers and to ones that appear meanwhile; purchases count as `$<customer>`."""
    written: Counter[str] = Counter()
    for number in paced(SECONDS, PER_SECOND):
        if number % 100 == 99:
            customers.append(create(client, number))
        customer = customers[number % len(customers)]
        write(client, customer, number)
        written[customer if number % 4 else f"${customer}"] += 1
    return written


@pytest.fixture(scope="module")
def customers() -> list[str]:
    """Those who were there before, and in the end those who came during the outage as well."""
    return []


@pytest.fixture(scope="module")
def written(stack: LiveStack, customers: list[str]) -> Counter[str]:
    """What was written while Kafka was away; it is back now, and everything has come to rest."""
    assert stack.server, "this needs a stack on Apache Kafka: make test-kafka"
    with stack.client("agent") as client:
        customers += [create(client, -number) for number in range(CUSTOMERS)]
        stack.server.stop()
        done = write_on(client, customers)
    stack.server.start()
    stack.wait_until_quiet(60)
    return done


def test_writes_go_on_for_a_minute_without_kafka(written: Counter[str]) -> None:
    assert written.total() == SECONDS * PER_SECOND


@pytest.mark.parametrize("short", ["profile", "interaction"])
def test_every_fact_arrives_in_order_and_none_is_missing(
    stack: LiveStack, written: Counter[str], customers: list[str], short: str
) -> None:
    seen, expected = stack.sequences_on_topic(short)
    assert seen == expected
    assert set(customers) <= set(seen)


def test_no_view_differs_from_the_live_one(stack: LiveStack, written: Counter[str]) -> None:
    assert stack.hamdel("doctor", "--views").stdout.endswith("differences: 0\n")


def test_nothing_is_doubled_in_any_view(stack: LiveStack, written: Counter[str], customers: list[str]) -> None:
    with stack.client("agent") as client:
        views = {each: client.get(f"/v1/customers/{each}/view").json()["interactions"] for each in customers}
    found = {each: (view["total"], view["purchases"]["count"]) for each, view in views.items()}
    assert found == {each: (written[each], written[f"${each}"]) for each in customers}


def test_every_new_customer_is_known_once_where_profile_facts_are_applied(
    stack: LiveStack, written: Counter[str], customers: list[str]
) -> None:
    query = "SELECT customer_id::text FROM known_customers"
    assert sorted(str(row[0]) for row in stack.fetch("interaction", query)) == sorted(customers)
