"""What follows: the touch on the timeline, invitations of surveys, and the end of old messages."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import pytest

from hamdel.contracts.survey import InvitationSent
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.delivery.background import deliver_messages, follow_messages, prune_messages
from interaction_service.delivery.followup import put_on_timeline
from interaction_service.delivery.reactions import on_invitation_sent
from interaction_service.subscriptions import REACTIONS
from tests.services.interaction.delivery.support import People, Postbox, Queue
from tests.services.interaction.support import CONTEXT, Api


async def test_a_message_that_left_is_an_outbound_touch_once(api: Api, mail_queue: Queue, people: People) -> None:
    customer = people.person()
    message = await mail_queue.put(customer, template="thank-you")
    await mail_queue.run()
    for _ in range(2):
        await put_on_timeline(mail_queue.services())
    items = (await api.get(f"/v1/customers/{customer}/timeline")).json()["items"]
    shown = [(each["channel"], each["direction"], each["kind"], each["external_id"]) for each in items]
    assert shown == [("email", "outbound", "message", str(message))]
    assert items[0]["attributes"] == {"purpose": "marketing", "template": "thank-you"}
    assert await mail_queue.rows("SELECT interactions FROM interaction_counters") == [(1,)]
    (event,) = await api.events(str(customer))
    assert (event["type"], event["data"]["direction"]) == ("interaction.interaction_recorded.v1", "outbound")


async def test_what_did_not_leave_or_is_on_the_timeline_already_is_no_touch(mail_queue: Queue, people: People) -> None:
    await mail_queue.put(people.person(allowed=False, reason="consent-missing"))
    await mail_queue.put(people.person(), on_timeline=True)
    await mail_queue.run()
    assert await put_on_timeline(mail_queue.services()) == 0


async def test_a_push_message_is_a_touch_of_the_app(mail_queue: Queue, people: People) -> None:
    await mail_queue.put(people.person(), channel="push")
    await mail_queue.run("push")
    await put_on_timeline(mail_queue.services())
    assert await mail_queue.rows("SELECT channel FROM interactions") == [("app",)]


def invitation(**changes: Any) -> Any:
    """The event of an invitation."""
    from hamdel.contracts.envelope import Event

    fact = {
        "invitation_id": str(changes.pop("invitation_id", new_id())),
        "survey_id": str(new_id()),
        "survey_code": "nps",
        "customer_id": str(changes.pop("customer_id", new_id())),
        "channel": "email",
        "path": "/s/abc",
        "expires_at": "2030-01-01T00:00:00Z",
    } | changes
    envelope = {"specversion": "1.0", "id": str(new_id()), "type": InvitationSent.fact_type, "source": "/hamdel/survey"}
    envelope |= {"subject": fact["customer_id"], "time": "2026-03-01T10:00:00Z", "correlationid": "c"}
    return Event.model_validate(envelope | {"sequence": 1, "data": fact})


async def test_an_invitation_leaves_with_the_link_below_the_public_address(
    mail_queue: Queue, people: People, postbox: Postbox, units: UnitOfWorkFactory
) -> None:
    customer = people.person(name={"given": "Sara", "family": None, "display": None})
    event = invitation(customer_id=customer, language="en")
    for _ in range(2):
        async with units(CONTEXT) as unit:
            await on_invitation_sent(unit, event)
    await mail_queue.run()
    (mail,) = postbox.mails
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "Hello Sara," in plain.get_content()
    assert "https://crm.example/s/abc" in plain.get_content()
    assert people.asked[0][0]["purpose"] == "survey"


async def test_a_reminder_is_a_message_of_its_own_and_another_channel_is_not_ours(
    mail_queue: Queue, units: UnitOfWorkFactory
) -> None:
    first: UUID = new_id()
    async with units(CONTEXT) as unit:
        await on_invitation_sent(unit, invitation(invitation_id=first))
        await on_invitation_sent(unit, invitation(invitation_id=first, reminder=1))
        await on_invitation_sent(unit, invitation(channel="kiosk"))
    rows = await mail_queue.rows("SELECT key FROM messages ORDER BY key")
    assert rows == [(f"survey-invitation/{first}/0",), (f"survey-invitation/{first}/1",)]


def test_the_service_is_subscribed_to_invitations() -> None:
    assert InvitationSent.fact_type in REACTIONS


async def test_a_running_service_sends_what_is_put_in_meanwhile_and_puts_it_on_the_timeline(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    services = mail_queue.services()
    running = [asyncio.create_task(job(services)) for job in (deliver_messages, follow_messages)]
    await asyncio.sleep(0.1)
    await mail_queue.put(people.person())
    async with asyncio.timeout(10):
        await postbox.arrived.wait()
    await asyncio.sleep(1.5)
    for task in running:
        task.cancel()
    await asyncio.wait(running)
    assert len(postbox.mails) == 1
    assert await mail_queue.rows("SELECT count(*) FROM interactions") == [(1,)]


@pytest.mark.parametrize(("age", "left"), [("364 days", 1), ("366 days", 0)])
async def test_a_message_that_ended_is_kept_for_a_year_with_its_attempts(
    mail_queue: Queue, people: People, age: str, left: int
) -> None:
    await mail_queue.put(people.person())
    await mail_queue.run()
    await mail_queue.execute(f"UPDATE messages SET created_at = now() - interval '{age}'")
    waiting = await mail_queue.put(new_id(), key="waits")
    await mail_queue.execute("UPDATE messages SET created_at = now() - interval '400 days' WHERE id = :id", id=waiting)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.3):
            await prune_messages(mail_queue.services())
    found = await mail_queue.rows("SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM delivery_attempts)")
    assert found == [(left + 1, left)]
