"""Inbound messages find or open the conversation of their address."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hamdel.clock import utc_now
from tests.services.interaction.conversations.support import MAIL, mail, received
from tests.services.interaction.support import Api, interaction


async def test_a_message_opens_a_conversation_and_the_next_one_joins_it(api: Api) -> None:
    customer = await api.customer()
    first = await received(api, mail(customer, "m-1"))
    second = await received(api, mail(customer, "m-2", contact=" SARA@Example.org"))
    assert (first["position"], second["position"]) == (1, 2)
    assert first["conversation_id"] == second["conversation_id"]
    found = (await api.get(f"/v1/conversations/{first['conversation_id']}")).json()
    assert (found["contact"], found["channel"], found["messages"]) == (MAIL, "email", 2)
    assert found["customer_id"] == customer


async def test_100_messages_at_once_are_one_conversation_in_the_order_of_arrival(api: Api) -> None:
    customer = await api.customer()
    answers = await asyncio.gather(*(api.post("/v1/interactions", mail(customer, f"m-{n}")) for n in range(100)))
    assert [answer.status_code for answer in answers] == [201] * 100
    messages = [answer.json() for answer in answers]
    (conversation,) = {message["conversation_id"] for message in messages}
    assert sorted(message["position"] for message in messages) == list(range(1, 101))
    page = (await api.get(f"/v1/conversations/{conversation}/messages?limit=200")).json()
    by_position = sorted(messages, key=lambda message: message["position"])
    assert [item["id"] for item in page["items"]] == [message["id"] for message in by_position]
    assert [message["id"] for message in by_position] == sorted(message["id"] for message in messages)
    assert await api.rows("SELECT count(*), max(messages) FROM conversations") == [(1, 100)]


async def test_100_messages_one_after_the_other_stand_in_that_order(api: Api) -> None:
    customer = await api.customer()
    for n in range(100):
        assert (await received(api, mail(customer, f"m-{n}")))["position"] == n + 1


async def test_the_order_of_arrival_holds_whatever_the_senders_clock_says(api: Api) -> None:
    customer = await api.customer()
    late = await received(api, mail(customer, "m-1", occurred_at="2026-03-01T12:00:00Z"))
    early = await received(api, mail(customer, "m-2", occurred_at="2026-03-01T09:00:00Z"))
    items = (await api.get(f"/v1/conversations/{late['conversation_id']}/messages")).json()["items"]
    assert [item["id"] for item in items] == [late["id"], early["id"]]
    timeline = (await api.get(f"/v1/customers/{customer}/timeline")).json()["items"]
    assert [item["id"] for item in timeline] == [late["id"], early["id"]]


async def test_the_same_external_id_100_times_at_once_is_one_message(api: Api) -> None:
    customer = await api.customer()
    answers = await asyncio.gather(*(api.post("/v1/interactions", mail(customer, "m-1")) for _ in range(100)))
    assert sorted(answer.status_code for answer in answers) == [200] * 99 + [201]
    assert {(answer.json()["id"], answer.json()["position"]) for answer in answers} == {(answers[0].json()["id"], 1)}
    assert await api.rows("SELECT messages FROM conversations") == [(1,)]


async def test_a_batch_joins_in_its_own_order_and_a_repeat_takes_no_place(api: Api) -> None:
    customer = await api.customer()
    await received(api, mail(customer, "m-1"))
    items = [mail(customer, f"m-{n}") for n in (3, 1, 2)]
    answers = await api.batch("/v1/interactions/batch", items)
    assert [answer["status"] for answer in answers] == ["created", "duplicate", "created"]
    rows = await api.rows("SELECT external_id, position FROM interactions ORDER BY position")
    assert rows == [("m-1", 1), ("m-3", 2), ("m-2", 3)]


async def test_batches_of_many_addresses_in_opposite_orders_never_meet_in_a_circle(api: Api) -> None:
    customers = [await api.customer() for _ in range(20)]
    forth = [mail(one, f"f-{n}", contact=f"{n}@example.org") for n, one in enumerate(customers)]
    back = [mail(one, f"b-{n}", contact=f"{n}@example.org") for n, one in enumerate(customers)][::-1]
    both = await asyncio.gather(*(api.batch("/v1/interactions/batch", items) for items in (forth, back)))
    assert {answer["status"] for answers in both for answer in answers} == {"created"}
    assert await api.rows("SELECT count(*), min(messages), max(messages) FROM conversations") == [(20, 2, 2)]


async def test_two_customers_who_share_a_phone_have_a_conversation_each(api: Api) -> None:
    mother, daughter = await api.customer(), await api.customer()
    texts = [
        await received(api, mail(one, f"m-{at}", channel="sms", contact="0912 345 6789"))
        for at, one in enumerate((mother, daughter))
    ]
    assert texts[0]["conversation_id"] != texts[1]["conversation_id"]
    items = (await api.get(f"/v1/conversations/{texts[1]['conversation_id']}/messages")).json()["items"]
    assert [item["id"] for item in items] == [texts[1]["id"]]


async def test_an_address_on_two_channels_is_two_conversations(api: Api) -> None:
    customer = await api.customer()
    found = [
        await received(api, mail(customer, channel, channel=channel, contact="+989123456789"))
        for channel in ("sms", "phone")
    ]
    assert found[0]["conversation_id"] != found[1]["conversation_id"]


async def test_after_more_than_30_days_of_silence_a_new_conversation_begins(api: Api) -> None:
    customer = await api.customer()
    first = await received(api, mail(customer, "m-1"))
    await age(api, days=31)
    second = await received(api, mail(customer, "m-2"))
    assert first["conversation_id"] != second["conversation_id"]
    assert second["position"] == 1
    assert (await api.get(f"/v1/conversations/{first['conversation_id']}")).json()["status"] == "closed"


async def age(api: Api, *, days: int) -> None:
    """Everything was said so many days earlier."""
    async with api.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE conversations SET last_message_at = $1", (utc_now() - timedelta(days=days),)
        )


async def test_without_a_contact_there_is_no_conversation(api: Api) -> None:
    customer = await api.customer()
    plain = await received(api, interaction(customer))
    assert (plain["conversation_id"], plain["position"]) == (None, None)
    assert await api.rows("SELECT count(*) FROM conversations") == [(0,)]


async def test_a_contact_that_is_no_address_of_the_channel_is_refused(api: Api) -> None:
    answer = await api.post("/v1/interactions", mail(await api.customer(), "m-1", contact="sara"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/contact"


async def test_a_message_of_an_unknown_customer_leaves_nothing_behind(api: Api) -> None:
    answer = await api.post("/v1/interactions", mail("019e8f2a-7c10-7a3b-9c4d-5e6f70819203", "m-1"))
    assert answer.status_code == 404
    assert await api.rows("SELECT count(*) FROM conversations") == [(0,)]


async def test_a_number_is_masked_for_agents_and_shown_to_managers(api: Api) -> None:
    customer = await api.customer()
    found = await received(api, mail(customer, "m-1", channel="sms", contact="09123456789"))
    path = f"/v1/conversations/{found['conversation_id']}"
    assert (await api.get(path)).json()["contact"] == "*********6789"
    assert (await api.get(path, role="manager")).json()["contact"] == "+989123456789"


async def test_messages_come_page_by_page(api: Api) -> None:
    customer = await api.customer()
    for n in range(5):
        found = await received(api, mail(customer, f"m-{n}"))
    path, cursor, seen = f"/v1/conversations/{found['conversation_id']}/messages?limit=2", "", []
    while cursor is not None:
        page = (await api.get(path + (f"&cursor={cursor}" if cursor else ""))).json()
        seen.append([item["position"] for item in page["items"]])
        cursor = page["next_cursor"]
    assert seen == [[1, 2], [3, 4], [5]]
