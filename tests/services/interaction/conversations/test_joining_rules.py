"""Which conversation a message goes on with; no database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from interaction_service.conversations.domain import ContactKey, Conversation, Incoming, continued, threads

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ME, OTHER = UUID(int=1), UUID(int=2)
KEY = ContactKey("email", "sara@example.org", ME)


def conversation(number: int, customer: UUID = ME, idle_days: float = 0, **changes: Any) -> Conversation:
    last = NOW - timedelta(days=idle_days)
    given: dict[str, Any] = {
        "id": UUID(int=number),
        "customer_id": customer,
        "channel": KEY.channel,
        "contact": KEY.contact,
        "status": "open",
        "messages": 1,
        "opened_at": last,
        "last_message_at": last,
        "version": 2,
    }
    return Conversation(**(given | changes))


def test_without_a_conversation_a_new_one_is_opened() -> None:
    assert continued([], KEY, NOW) is None


def test_a_conversation_of_30_days_ago_goes_on() -> None:
    assert continued([conversation(7, idle_days=30)], KEY, NOW) == conversation(7, idle_days=30)


def test_a_conversation_of_more_than_30_days_ago_is_over() -> None:
    assert continued([conversation(7, idle_days=30.01)], KEY, NOW) is None


def test_a_conversation_with_an_open_case_is_never_over() -> None:
    kept = conversation(7, idle_days=300, busy=True)
    assert continued([kept], KEY, NOW) == kept


def test_ones_own_comes_before_a_newer_one_of_the_family() -> None:
    own, newer = conversation(7, idle_days=3), conversation(8, OTHER)
    assert continued([newer, own], KEY, NOW) == own


def test_of_the_familys_the_one_used_last_goes_on() -> None:
    older, newer = conversation(9, OTHER, idle_days=3), conversation(8, OTHER)
    assert continued([older, newer], KEY, NOW) == newer


def test_messages_stand_in_the_order_they_arrived_and_keys_in_one_order() -> None:
    other = KEY._replace(contact="ali@example.org")
    messages = [Incoming(UUID(int=at), key, NOW) for at, key in [(3, KEY), (1, KEY), (2, other)]]
    found = threads(messages)
    assert [(key, [message.id.int for message in each]) for key, each in found.items()] == [
        (other, [2]),
        (KEY, [1, 3]),
    ]
