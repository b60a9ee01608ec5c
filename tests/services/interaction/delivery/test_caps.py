"""Frequency caps: never more than so many to one customer for one purpose on one channel."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.services.interaction.delivery.support import People, Postbox, Queue
from tests.services.interaction.support import CONTEXT

ONE_A_DAY: dict[str, Any] = {"delivery_caps": {"marketing/email": {"day": 1}}}


async def test_over_the_cap_a_message_waits_until_the_earlier_one_is_a_day_old(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    customer = people.person()
    first, second = await mail_queue.put(customer), await mail_queue.put(customer)
    await mail_queue.run(**ONE_A_DAY)
    states = {await mail_queue.state(first), await mail_queue.state(second)}
    assert states == {("sent", None, 1), ("deferred", "frequency-cap", 0)}
    query = "SELECT (SELECT next_attempt_at FROM messages WHERE status = 'deferred') - begun_at FROM messages"
    waits = [row[0] for row in await mail_queue.rows(query + " WHERE begun_at IS NOT NULL")]
    assert (waits, len(postbox.mails)) == ([timedelta(days=1)], 1)


async def test_other_purposes_other_customers_and_transactional_messages_do_not_count(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    customer = people.person()
    await mail_queue.put(customer, purpose="survey")
    await mail_queue.put(customer, transactional=True)
    await mail_queue.put(customer, transactional=True)
    await mail_queue.put(people.person())
    await mail_queue.put(customer)
    await mail_queue.run(**ONE_A_DAY)
    assert len(postbox.mails) == 5


async def test_two_customers_who_became_one_share_the_cap(mail_queue: Queue, people: People, postbox: Postbox) -> None:
    survivor, absorbed = people.person(), people.person()
    async with mail_queue.units(CONTEXT) as unit:
        await unit.link_stream(absorbed, survivor)
    await mail_queue.put(survivor)
    await mail_queue.put(absorbed)
    await mail_queue.run(**ONE_A_DAY)
    assert len(postbox.mails) == 1


async def test_workers_at_once_do_not_exceed_the_cap_together(
    mail_queue: Queue, people: People, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interaction_service.delivery.worker.AT_ONCE", 5)
    customers = [people.person() for _ in range(5)]
    for _ in range(4):
        for customer in customers:
            await mail_queue.put(customer)
    workers = [await mail_queue.worker(**ONE_A_DAY) for _ in range(4)]
    await asyncio.gather(*(worker.round() for worker in workers))
    for worker in workers:
        await worker._sender.close()
    assert sorted(postbox.recipients) == sorted({f"{one.hex}@example.org" for one in customers})


async def test_a_message_that_a_cap_would_keep_for_more_than_a_week_is_dropped(
    mail_queue: Queue, people: People
) -> None:
    customer = people.person()
    await mail_queue.put(customer)
    await mail_queue.run()
    message = await mail_queue.put(customer)
    await mail_queue.execute("UPDATE messages SET created_at = created_at - interval '6 days 1 hour'")
    await mail_queue.run(**ONE_A_DAY)
    assert await mail_queue.state(message) == ("suppressed", "frequency-cap", 0)
