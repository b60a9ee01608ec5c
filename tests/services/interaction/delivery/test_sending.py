"""From the queue to a real SMTP server: what leaves, what is asked first, and what becomes of what cannot leave."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hamdel.clock import utc_now
from hamdel.ids import new_id
from tests.services.interaction.delivery.support import People, Postbox, Queue, listening


async def test_a_message_leaves_once_and_its_attempt_is_kept(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    customer = people.person(addresses=["sara@example.org"])
    message = await mail_queue.put(customer)
    await mail_queue.run()
    await mail_queue.run()
    assert postbox.recipients == ["sara@example.org"]
    assert await mail_queue.state(message) == ("sent", None, 1)
    rows = await mail_queue.rows("SELECT number, finished_at IS NOT NULL, outcome FROM delivery_attempts")
    assert rows == [(1, True, "sent")]


async def test_the_mail_has_both_parts_and_a_message_id_of_its_own_and_one_click_to_unsubscribe(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    message = await mail_queue.put(people.person(language="fa"), template="thank-you")
    await mail_queue.run()
    (mail,) = postbox.mails
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert mail["Message-ID"] == f"<{message}@hamdel.example>"
    assert mail["From"] == "Hamdel <news@hamdel.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).strip(" <>")
    assert link.startswith("https://crm.example/v1/u/")
    assert link in plain.get_content()
    assert '<html lang="fa" dir="rtl">' in page.get_content()
    assert mail["Subject"] == "از خرید شما سپاسگزاریم"


async def test_the_unsubscribe_address_is_one_plain_line_however_long_it_is(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    await mail_queue.put(people.person())
    await mail_queue.run(public_url="https://customers.of-a-long-name.hamdel.example/behind/a/long/path")
    (line,) = [each for each in postbox.raw[0].split(b"\r\n") if each.startswith(b"List-Unsubscribe:")]
    assert line.startswith(
        b"List-Unsubscribe: <https://customers.of-a-long-name.hamdel.example/behind/a/long/path/v1/u/"
    )
    assert line.endswith(b">")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"allowed": False, "reason": "consent-missing"}, ("suppressed", "consent-missing", 0)),
        ({"allowed": False, "reason": "consent-withdrawn"}, ("suppressed", "consent-withdrawn", 0)),
        ({"addresses": []}, ("failed", "no-address", 0)),
        ({"addresses": ["no address"]}, ("failed", "invalid-address", 1)),
    ],
    ids=["never asked", "withdrawn", "no address", "wrong address"],
)
async def test_nobody_gets_what_must_not_or_cannot_be_sent(
    mail_queue: Queue, people: People, postbox: Postbox, answer: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    message = await mail_queue.put(people.person(**answer))
    await mail_queue.run()
    assert (await mail_queue.state(message), postbox.mails) == (expected, [])


async def test_a_customer_whom_nobody_knows_gets_nothing(mail_queue: Queue, postbox: Postbox) -> None:
    message = await mail_queue.put(new_id())
    await mail_queue.run()
    assert (await mail_queue.state(message), postbox.mails) == (("failed", "unknown-customer", 0), [])


async def test_quiet_hours_put_a_message_off_until_they_end(mail_queue: Queue, people: People) -> None:
    until = (utc_now() + timedelta(hours=9)).replace(microsecond=0)
    quiet = {"allowed": False, "reason": "quiet-hours", "next_allowed_at": until.isoformat()}
    message = await mail_queue.put(people.person(**quiet))
    await mail_queue.run()
    assert await mail_queue.state(message) == ("deferred", "quiet-hours", 0)
    assert await mail_queue.rows("SELECT next_attempt_at FROM messages") == [(until,)]


async def test_while_profile_is_out_of_reach_nothing_leaves_and_nothing_is_lost(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    message = await mail_queue.put(people.person())
    people.status = 503
    await mail_queue.run()
    assert (await mail_queue.state(message), postbox.mails) == (("deferred", "profile-unreachable", 0), [])
    people.status = 200
    await mail_queue.due_again()
    await mail_queue.run()
    assert ((await mail_queue.state(message))[0], len(postbox.mails)) == ("sent", 1)


async def test_a_reply_to_a_fixed_address_asks_nobody_and_carries_no_unsubscribe_link(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    people.status = 503
    await mail_queue.put(new_id(), address="ali@example.org", transactional=True)
    await mail_queue.run()
    assert (postbox.recipients, people.asked) == (["ali@example.org"], [])
    assert postbox.mails[0]["List-Unsubscribe"] is None


async def test_a_transactional_message_passes_quiet_hours_and_a_missing_consent(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    await mail_queue.put(people.person(allowed=False, reason="consent-missing"), transactional=True)
    await mail_queue.run()
    assert len(postbox.mails) == 1


async def test_a_hundred_messages_ask_profile_once(mail_queue: Queue, people: People, postbox: Postbox) -> None:
    for _ in range(30):
        await mail_queue.put(people.person())
    await mail_queue.run()
    assert (len(people.asked), len(people.asked[0]), len(postbox.mails)) == (1, 30, 30)


@pytest.mark.parametrize(
    ("refusal", "expected", "suppressed"),
    [
        ("550 5.1.1 no such user", ("bounced", "smtp-550", 1), 1),
        ("550 no such user", ("bounced", "smtp-550", 1), 1),
        ("550 5.7.1 not from you", ("bounced", "smtp-550", 1), 0),
        ("552 5.2.2 mailbox full", ("bounced", "smtp-552", 1), 0),
        ("451 4.3.0 later", ("deferred", "smtp-451", 1), 0),
    ],
)
async def test_what_a_refused_recipient_means(
    mail_queue: Queue, people: People, postbox: Postbox, refusal: str, expected: tuple[Any, ...], suppressed: int
) -> None:
    postbox.answers["gone@example.org"] = refusal
    message = await mail_queue.put(people.person(addresses=["gone@example.org"]))
    await mail_queue.run()
    assert await mail_queue.state(message) == expected
    assert await mail_queue.rows("SELECT count(*) FROM suppressed_addresses") == [(suppressed,)]


async def test_an_address_that_bounced_is_not_tried_again_even_for_a_transactional_message(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    postbox.answers["gone@example.org"] = "550 5.1.1 no such user"
    customer = people.person(addresses=["gone@example.org", "older@example.org"])
    await mail_queue.put(customer)
    await mail_queue.run()
    postbox.answers.clear()
    again = await mail_queue.put(people.person(addresses=["Gone@Example.org"]), transactional=True)
    other = await mail_queue.put(customer)
    await mail_queue.run()
    assert await mail_queue.state(again) == ("suppressed", "address-suppressed", 0)
    assert ((await mail_queue.state(other))[0], postbox.recipients) == ("sent", ["older@example.org"])


async def test_content_that_is_refused_for_good_is_not_tried_again(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    postbox.data.append("554 5.6.0 no thanks")
    message = await mail_queue.put(people.person())
    await mail_queue.run()
    assert await mail_queue.state(message) == ("failed", "refused-content", 1)


async def test_an_international_address_is_written_to(mail_queue: Queue, people: People, postbox: Postbox) -> None:
    await mail_queue.put(people.person(addresses=["علی@نمونه.ایران"]))
    await mail_queue.put(people.person(addresses=["sara@bücher.example"]))
    await mail_queue.run()
    assert postbox.recipients == ["علی@xn--hhbbbed.xn--mgba3a4f16a", "sara@xn--bcher-kva.example"]


async def test_a_server_that_takes_few_per_connection_gets_the_rest_over_the_next_one(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    postbox.sender += ["421 4.7.0 enough for now"]
    message = await mail_queue.put(people.person())
    await mail_queue.run()
    assert await mail_queue.state(message) == ("sent", None, 1)


async def test_tries_are_bounded_and_further_and_further_apart(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    postbox.data += ["451 4.3.0 later"] * 3
    message = await mail_queue.put(people.person())
    pauses = []
    for _ in range(3):
        await mail_queue.run(delivery_max_attempts=3)
        rows = await mail_queue.rows("SELECT next_attempt_at - updated_at FROM messages")
        pauses.append(rows[0][0])
        await mail_queue.due_again()
    assert await mail_queue.state(message) == ("failed", "smtp-451", 3)
    assert timedelta(seconds=14) < pauses[0] <= timedelta(seconds=31)
    assert timedelta(seconds=29) < pauses[1] <= timedelta(seconds=61)
    assert pauses[2] is None


async def test_a_server_that_is_away_costs_no_attempt(mail_queue: Queue, people: People) -> None:
    message = await mail_queue.put(people.person())
    await mail_queue.run(smtp_port=1)
    assert await mail_queue.state(message) == ("deferred", "server-unreachable", 0)
    assert await mail_queue.rows("SELECT count(*) FROM delivery_attempts") == [(0,)]


async def test_a_kept_connection_that_the_server_closed_is_opened_again(mail_queue: Queue, people: People) -> None:
    first = Postbox()
    async with listening(first):
        worker = await mail_queue.worker(smtp_port=first.port)
        await mail_queue.put(people.person())
        await worker.round()
    async with listening(Postbox(port=first.port)) as second:
        await asyncio.sleep(0.05)
        await mail_queue.put(people.person())
        await worker.round()
        await worker._sender.close()
    assert (len(first.mails), len(second.mails)) == (1, 1)


async def test_a_missing_variable_is_a_failure_and_never_half_a_message(
    mail_queue: Queue, people: People, postbox: Postbox
) -> None:
    message = await mail_queue.put(people.person(), template="survey-invitation", purpose="survey")
    await mail_queue.run()
    assert (await mail_queue.state(message), postbox.mails) == (("failed", "missing-variable", 0), [])


@pytest.mark.parametrize(
    ("message", "person", "expected"),
    [("en", "fa", "Thank"), (None, "fa-IR", "از"), (None, "de", "از"), (None, None, "از")],
    ids=["the message's", "the customer's", "of nobody: the default", "unknown: the default"],
)
async def test_the_language_is_the_messages_then_the_customers_then_the_default(
    mail_queue: Queue, people: People, postbox: Postbox, message: str | None, person: str | None, expected: str
) -> None:
    await mail_queue.put(people.person(language=person), template="thank-you", language=message)
    await mail_queue.run()
    assert str(postbox.mails[0]["Subject"]).split()[0] == expected
