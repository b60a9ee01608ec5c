"""What a crash, a stop and several workers at once do to what is in the queue."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hamdel.clock import utc_now
from hamdel.ids import new_id
from interaction_service.delivery.repository import queue as queue_rows
from tests.services.interaction.delivery.support import People, Postbox, Queue
from tests.services.interaction.support import CONTEXT


async def test_what_was_in_flight_when_its_process_died_is_sent_again_under_the_same_message_id(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    """The process dies after the server has taken the message and before that is written down."""
    message = await mail_queue.put(people.person())
    postbox.seconds = 5.0
    worker = await mail_queue.worker()
    dying = asyncio.create_task(worker._sender.open())
    await dying
    async with mail_queue.units(CONTEXT) as unit:
        claim = new_id()
        (claimed,) = await queue_rows.claim(unit.connection, "email", claim, unit.now, timedelta(seconds=0), 10)
    judged = await worker._gate.judge(claim, [claimed], utc_now())
    attempt = await worker._advance(claim, None, judged.ready[0])
    assert attempt is not None
    leaving = asyncio.create_task(worker._sender.send(judged.ready[0].outgoing))
    await postbox.arrived.wait()
    leaving.cancel()
    postbox.seconds = 0.0
    await mail_queue.due_again()
    await mail_queue.run()
    assert len(postbox.mails) == 2
    assert len({mail["Message-ID"] for mail in postbox.mails}) == 1
    rows = await mail_queue.rows("SELECT number, outcome FROM delivery_attempts ORDER BY number")
    assert rows == [(1, None), (2, "sent")]
    assert await mail_queue.state(message) == ("sent", None, 2)


async def test_a_service_that_is_stopped_takes_down_the_message_that_is_leaving(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    message = await mail_queue.put(people.person())
    postbox.seconds = 0.3
    running = asyncio.create_task((await mail_queue.worker()).run())
    await postbox.arrived.wait()
    running.cancel()
    await asyncio.wait([running])
    assert await mail_queue.state(message) == ("sent", None, 1)


async def test_workers_at_once_send_every_message_once(
    mail_queue: Queue, people: People, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interaction_service.delivery.worker.AT_ONCE", 7)
    for _ in range(60):
        await mail_queue.put(people.person())
    workers = [await mail_queue.worker() for _ in range(3)]
    await asyncio.gather(*(worker.round() for worker in workers))
    assert len(postbox.recipients) == 21
    while sum(await asyncio.gather(*(worker.round() for worker in workers))):
        pass
    for worker in workers:
        await worker._sender.close()
    assert (len(postbox.recipients), len(set(postbox.recipients))) == (60, 60)


async def test_of_a_claim_that_was_lost_nothing_is_sent(mail_queue: Queue, people: People, postbox: Postbox) -> None:
    await mail_queue.put(people.person())
    worker = await mail_queue.worker()
    async with mail_queue.units(CONTEXT) as unit:
        lost = new_id()
        claimed = await queue_rows.claim(unit.connection, "email", lost, unit.now, timedelta(seconds=0), 10)
    async with mail_queue.units(CONTEXT) as unit:
        await queue_rows.claim(unit.connection, "email", new_id(), unit.now, timedelta(seconds=9), 10)
    judged = await worker._gate.judge(lost, claimed, utc_now())
    await worker._send_all(lost, judged.ready)
    await worker._sender.close()
    assert postbox.mails == []
