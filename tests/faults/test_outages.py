"""The broker or the database is away for a while: what clients see meanwhile, and what is there afterwards."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.support.live import LiveStack

SECONDS = float(os.environ.get("HAMDEL_TEST_OUTAGE_SECONDS", "8"))

pytestmark = pytest.mark.slow


@contextmanager
def stopped(stack: LiveStack, process: str) -> Iterator[None]:
    """A process that is there but does not answer."""
    stack.refresh()
    stack.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        stack.kill(process, signal.SIGCONT)


def make_customer(client: httpx.Client) -> str:
    """A customer to write about."""
    answer = client.post("/v1/customers", json={"kind": "person", "name": {"given": "Outage"}})
    return str(answer.raise_for_status().json()["id"])


def write(client: httpx.Client, customer: str, number: int) -> httpx.Response:
    """One interaction."""
    return client.post(
        "/v1/interactions",
        json={
            "customer_id": customer,
            "channel": "web",
            "direction": "inbound",
            "kind": "visit",
            "occurred_at": "2026-01-01T00:00:00Z",
            "source": f"outage-{customer}",
            "external_id": str(number),
        },
    )


def test_no_write_fails_while_the_broker_is_away_and_the_backlog_drains_in_order(stack: LiveStack) -> None:
    with stack.client("agent") as client:
        customer = make_customer(client)
        written = 0
        with stopped(stack, "broker"):
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                assert write(client, customer, written).status_code == 201
                written += 1
                time.sleep(0.02)
    stack.wait_until_quiet(90)
    seen, expected = stack.sequences_on_topic("interaction")
    assert seen == expected
    assert len(seen[customer]) == written


def test_a_broker_that_died_comes_back_with_everything_in_order(stack: LiveStack) -> None:
    with stack.client("agent") as client:
        customer = make_customer(client)
        for number in range(20):
            assert write(client, customer, number).status_code == 201
        stack.refresh()
        stack.kill("broker")
        for number in range(20, 40):
            assert write(client, customer, number).status_code == 201
    stack.up()
    stack.wait_until_quiet(90)
    seen, expected = stack.sequences_on_topic("interaction")
    assert seen == expected
    assert len(seen[customer]) == 40


def test_without_its_database_a_write_is_refused_within_two_seconds_and_accepted_within_ten_after_its_return(
    stack: LiveStack,
) -> None:
    with stack.client("agent") as client:
        customer = make_customer(client)
        with stopped(stack, "postgres"), stopped_backends(stack):
            for number in range(3):
                started = time.monotonic()
                answer = write(client, customer, number)
                assert time.monotonic() - started < 2.0
                assert answer.status_code == 503
                assert answer.headers["content-type"].startswith("application/problem+json")
                assert "retry-after" in answer.headers
        until_ready(lambda: write(client, customer, 100).status_code in (200, 201))


def test_a_database_that_died_is_used_again_within_ten_seconds_of_its_return(stack: LiveStack) -> None:
    with stack.client("agent") as client:
        customer = make_customer(client)
        stack.refresh()
        stack.kill("postgres")
        started = time.monotonic()
        answer = write(client, customer, 0)
        assert time.monotonic() - started < 2.0
        assert answer.status_code in (201, 503)
        stack.up()
        until_ready(lambda: write(client, customer, 1).status_code == 201)
        until_ready(lambda: client.get(f"/v1/customers/{customer}/view").status_code == 200)


def until_ready(succeeds: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until a call succeeds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not succeeds():
        assert time.monotonic() < deadline, f"not ready again within {seconds} s"
        time.sleep(0.1)


@contextmanager
def stopped_backends(stack: LiveStack) -> Iterator[None]:
    """PostgreSQL serves each connection by a process of its own: these stop as well."""
    children = stack.children("postgres")
    for pid in children:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in children:
            os.kill(pid, signal.SIGCONT)
