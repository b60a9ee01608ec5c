"""One click and no more of these: at once here, and for good at profile-service."""

from __future__ import annotations

from uuid import UUID

import pytest

from interaction_service.delivery.followup import tell_profile
from interaction_service.delivery.keys import unsubscribe_token
from interaction_service.delivery.repository import refusals
from interaction_service.delivery.service import unsubscribe
from tests.services.interaction.delivery.support import People, Postbox, Queue
from tests.services.interaction.support import CONTEXT, Api


async def token_of(queue: Queue, message: UUID) -> str:
    """The token of a message's link."""
    async with queue.engine.connect() as connection:
        return unsubscribe_token(await refusals.key(connection, "unsubscribe"), message)


async def click(queue: Queue, message: UUID) -> None:
    """Somebody presses the button."""
    async with queue.units(CONTEXT) as unit:
        await unsubscribe(unit, await token_of(queue, message))


async def test_the_link_in_the_mail_is_the_one_that_unsubscribes(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    message = await mail_queue.put(people.person())
    await mail_queue.run()
    link = str(postbox.mails[0]["List-Unsubscribe"]).strip(" <>")
    assert link == f"https://crm.example/v1/u/{await token_of(mail_queue, message)}"


async def test_while_profile_is_away_nothing_of_the_kind_leaves_any_more(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    customer = people.person()
    await click(mail_queue, await mail_queue.put(customer, not_before=None, key="old"))
    other = await mail_queue.put(customer, purpose="survey")
    waiting = await mail_queue.put(customer)
    people.status = 503
    assert await tell_profile(mail_queue.services()) == 1
    people.status = 200
    await mail_queue.run()
    assert await mail_queue.state(waiting) == ("suppressed", "unsubscribed", 0)
    assert (await mail_queue.state(other))[0] == "sent"
    assert people.withdrawn == []


async def test_profile_is_told_when_it_is_back_with_the_message_as_evidence(mail_queue: Queue, people: People) -> None:
    customer = people.person()
    message = await mail_queue.put(customer, channel="push")
    await click(mail_queue, message)
    await click(mail_queue, message)
    people.status = 500
    await tell_profile(mail_queue.services())
    people.status = 200
    assert await tell_profile(mail_queue.services()) == 0
    await mail_queue.execute("UPDATE unsubscriptions SET next_try_at = now()")
    assert await tell_profile(mail_queue.services()) == 1
    assert await tell_profile(mail_queue.services()) == 0
    ((told, body),) = people.withdrawn
    assert told == str(customer)
    assert body["evidence"].pop("asked_at").endswith("Z")
    assert body == {
        "purpose": "marketing",
        "channel": "app",
        "status": "withdrawn",
        "source": "unsubscribe-link",
        "evidence": {"message_id": str(message)},
    }


async def test_who_gives_consent_again_later_is_written_to_again(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    customer = people.person()
    await click(mail_queue, await mail_queue.put(customer))
    await mail_queue.run()
    await tell_profile(mail_queue.services())
    await mail_queue.put(customer)
    await mail_queue.run()
    assert len(postbox.mails) == 1


async def test_a_consent_that_was_asked_for_before_profile_was_told_does_not_count(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    """The answer of profile-service is on its way while somebody unsubscribes and profile-service is told."""
    customer = people.person()
    old, waiting = await mail_queue.put(customer, channel="email"), await mail_queue.put(customer)
    worker = await mail_queue.worker()
    judge = worker._gate.judge

    async def and_then_a_click(*arguments: object) -> object:
        judged = await judge(*arguments)  # type: ignore[arg-type]
        await click(mail_queue, old)
        await tell_profile(mail_queue.services())
        return judged

    worker._gate.judge = and_then_a_click  # type: ignore[method-assign, assignment]
    await worker.round()
    assert (await mail_queue.state(waiting), postbox.mails) == (("suppressed", "unsubscribed", 0), [])


async def test_looking_at_the_page_changes_nothing_and_the_button_does(api: Api, mail_queue: Queue) -> None:
    token = await token_of(mail_queue, await mail_queue.put(people_id(), language="en"))
    shown = await api.client.get(f"/v1/u/{token}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<form method="post">' in shown.text
    assert await mail_queue.rows("SELECT count(*) FROM unsubscriptions") == [(0,)]
    one_click = {"Content-Type": "application/x-www-form-urlencoded"}
    done = await api.client.post(f"/v1/u/{token}", content=b"List-Unsubscribe=One-Click", headers=one_click)
    assert (done.status_code, "<form" in done.text) == (200, False)
    assert await mail_queue.rows("SELECT purpose, channel FROM unsubscriptions") == [("marketing", "email")]


@pytest.mark.parametrize(("language", "direction"), [("fa", "rtl"), ("en", "ltr")])
async def test_the_page_speaks_the_language_of_its_message(
    api: Api, mail_queue: Queue, language: str, direction: str
) -> None:
    token = await token_of(mail_queue, await mail_queue.put(people_id(), language=language))
    shown = await api.client.get(f"/v1/u/{token}")
    assert f'<html lang="{language}" dir="{direction}">' in shown.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_that_is_not_ours_is_not_known(api: Api, method: str) -> None:
    answer = await api.client.request(method, "/v1/u/AAAA")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def people_id() -> UUID:
    """A customer."""
    return People().person()
