"""kill -9 of interaction-service while it sends ten thousand messages through a real SMTP server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from tests.faults.mailing import free_port, mail_server, prepare
from tests.support.live import LiveStack, temporary_stack

pytestmark = pytest.mark.slow

PEOPLE = 10_000
WITHOUT_CONSENT_ONE_IN = 20
CONNECTIONS = 1
TRIED = """
    SELECT count(DISTINCT message_id), count(*) FILTER (WHERE outcome IS NULL), count(*) FROM delivery_attempts
"""
WAITING = "SELECT count(*) FROM messages WHERE next_attempt_at IS NOT NULL"


def wait_for(reached: Callable[[], bool], seconds: float) -> None:
    """Until it is so; fails after the time."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, f"not reached within {seconds} s"
        time.sleep(0.1)


def unsubscribe(stack: LiveStack, link: str) -> None:
    """One click, as a mailbox does it (RFC 8058), and its way to profile-service."""
    assert link.startswith(f"{stack.gateway}/v1/u/")
    answer = httpx.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=15)
    assert answer.status_code == 200
    withdrawn = "SELECT count(*) FROM consents WHERE source = 'unsubscribe-link' AND status = 'withdrawn'"
    wait_for(lambda: stack.fetch("profile", withdrawn) == [(1,)], 15)


def test_ten_thousand_messages_survive_the_death_of_their_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    variables = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": port, "SMTP_TLS": "none", "MAIL_FROM": "news@hamdel.example",
                 "DELIVERY_CONNECTIONS": CONNECTIONS, "DELIVERY_SEND_SECONDS": 5}  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(f"HAMDEL_{name}", str(value))
    with mail_server(port) as server, temporary_stack() as stack:
        began = time.monotonic()
        mailing = prepare(stack, PEOPLE, WITHOUT_CONSENT_ONE_IN)
        prepared = time.monotonic()
        wait_for(lambda: len(server.taken) > PEOPLE // 3, 120)
        stack.kill("interaction-service")
        at_kill = len(server.taken)
        wait_for(lambda: stack.fetch("interaction", WAITING) == [(0,)], 180)
        ended = time.monotonic()
        tried = stack.fetch("interaction", TRIED)
        unsubscribe(stack, server.link)
        statuses = dict(stack.fetch("interaction", "SELECT status, count(*) FROM messages GROUP BY status"))
    received = Counter(address for address, _ in server.taken)
    doubled = [address for address, count in received.items() if count > 1]
    print(
        f"\n{PEOPLE} messages, prepared in {prepared - began:.1f} s; killed at {at_kill}, all at rest "
        f"{ended - prepared:.1f} s after; taken {len(server.taken)}, doubled {len(doubled)}, "
        f"attempts without an end {tried[0][1]}, statuses {statuses}"
    )
    assert 0 < at_kill < len(mailing.consented), "it was not the middle"
    assert set(received) == mailing.consented
    assert tried[0][0] == len(mailing.consented)
    assert statuses == {"sent": len(mailing.consented), "suppressed": PEOPLE - len(mailing.consented)}
    assert len(doubled) <= CONNECTIONS
    assert max(received.values()) <= 2
    assert len({message_id for _, message_id in server.taken}) == len(mailing.consented)
