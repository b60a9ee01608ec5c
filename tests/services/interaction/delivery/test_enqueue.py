"""Putting messages into the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.delivery.domain import MessageDraft
from interaction_service.delivery.service import enqueue
from tests.services.interaction.delivery.support import Queue
from tests.services.interaction.support import CONTEXT


def draft(**changes: Any) -> MessageDraft:
    """A thank-you by e-mail."""
    values: dict[str, Any] = {
        "customer_id": new_id(),
        "channel": "email",
        "purpose": "service",
        "template": "thank-you",
        "key": "k",
    }
    return MessageDraft(**(values | changes))


async def test_a_message_waits_in_the_queue_with_the_version_of_its_template(
    mail_queue: Queue, units: UnitOfWorkFactory
) -> None:
    async with units(CONTEXT) as unit:
        message_id = await enqueue(unit, draft(variables={"n": 1}))
    rows = await mail_queue.rows("SELECT id, status, reason, template, template_version, variables->>'n' FROM messages")
    assert rows == [(message_id, "queued", None, "thank-you", 1, "1")]


async def test_the_same_key_twice_is_one_message(mail_queue: Queue, units: UnitOfWorkFactory) -> None:
    async with units(CONTEXT) as unit:
        first = await enqueue(unit, draft())
        again = await enqueue(unit, draft(body="other", template=None))
    assert (first is not None, again) == (True, None)
    assert await mail_queue.rows("SELECT count(*) FROM messages") == [(1,)]


async def test_a_message_of_an_unknown_template_has_failed(mail_queue: Queue, units: UnitOfWorkFactory) -> None:
    async with units(CONTEXT) as unit:
        assert await enqueue(unit, draft(template="nothing")) is not None
    rows = await mail_queue.rows("SELECT status, reason, next_attempt_at FROM messages")
    assert rows == [("failed", "unknown-template", None)]


async def test_a_message_does_not_leave_before_its_time(mail_queue: Queue, units: UnitOfWorkFactory) -> None:
    async with units(CONTEXT) as unit:
        later = unit.now + timedelta(days=2)
        await enqueue(unit, draft(not_before=later))
        await enqueue(unit, draft(not_before=unit.now - timedelta(days=2), key="past"))
    rows = await mail_queue.rows("SELECT next_attempt_at FROM messages ORDER BY id")
    assert rows == [(later,), (unit.now,)]


@pytest.mark.parametrize(
    "changes", [{"channel": "pigeon"}, {"template": None}, {"body": "x"}], ids=["channel", "no text", "two texts"]
)
def test_a_draft_that_cannot_be_sent_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        draft(**changes)
