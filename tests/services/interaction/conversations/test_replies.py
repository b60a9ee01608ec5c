"""A reply goes to the conversation's own address, whoever is merged with whom."""

from __future__ import annotations

from hamdel.database import UnitOfWorkFactory
from tests.services.interaction.conversations.support import mail, merged, received, unmerged
from tests.services.interaction.support import Api

A_MAIL, B_MAIL = "a@example.org", "b@example.org"


async def reply(api: Api, conversation: str, **changes: object) -> dict[str, object]:
    """What a reply is answered."""
    answer = await api.post(f"/v1/conversations/{conversation}/messages", {"body": "Hello", **changes})
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


async def addressed(api: Api) -> list[tuple[str, str]]:
    """Customer and address of every message in the queue, in order."""
    rows = await api.rows("SELECT customer_id, address FROM messages ORDER BY id")
    return [(str(customer), address) for customer, address in rows]


async def test_a_reply_is_the_next_message_and_is_sent_to_where_the_customer_wrote_from(api: Api) -> None:
    customer = await api.customer()
    asked = await received(api, mail(customer, "m-1", contact=A_MAIL))
    answered = await reply(api, asked["conversation_id"], subject="Re: m-1")
    assert (answered["direction"], answered["channel"], answered["position"]) == ("outbound", "email", 2)
    assert answered["customer_id"] == customer
    rows = await api.rows("SELECT channel, address, subject, body, transactional FROM messages")
    assert rows == [("email", A_MAIL, "Re: m-1", "Hello", True)]
    events = [event["type"] for event in await api.events(customer)]
    assert events == ["interaction.interaction_recorded.v1"] * 2


async def test_on_a_channel_that_nothing_leaves_by_the_reply_is_taken_down(api: Api) -> None:
    asked = await received(api, mail(await api.customer(), "m-1", channel="chat", contact="U-7"))
    assert (await reply(api, asked["conversation_id"]))["position"] == 2
    assert await addressed(api) == []


async def test_a_reply_into_nowhere_is_404(api: Api) -> None:
    answer = await api.post("/v1/conversations/019e8f2a-7c10-7a3b-9c4d-5e6f70819203/messages", {"body": "Hello"})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-conversation")


async def test_a_reply_with_the_same_idempotency_key_is_sent_once(api: Api) -> None:
    asked = await received(api, mail(await api.customer(), "m-1"))
    path = f"/v1/conversations/{asked['conversation_id']}/messages"
    answers = [await api.post(path, {"body": "Hello"}, headers={"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await addressed(api)) == 1


async def test_merge_and_unmerge_keep_every_conversation_answering_to_its_own_address(
    api: Api, units: UnitOfWorkFactory
) -> None:
    a, b = await api.customer(), await api.customer()
    of_a = (await received(api, mail(a, "a-1", contact=A_MAIL)))["conversation_id"]
    of_b = (await received(api, mail(b, "b-1", contact=B_MAIL)))["conversation_id"]
    for step in (None, merged, unmerged, merged, unmerged):
        if step is not None:
            await step(units, b, a)
        await reply(api, of_a)
        await reply(api, of_b)
    assert await addressed(api) == [(a, A_MAIL), (b, B_MAIL)] * 5


async def test_while_merged_an_address_goes_on_in_the_conversation_it_has(api: Api, units: UnitOfWorkFactory) -> None:
    a, b = await api.customer(), await api.customer()
    of_a = await received(api, mail(a, "a-1", contact=A_MAIL))
    await merged(units, b, a)
    for written_as in (a, b):
        message = await received(api, mail(written_as, f"while-{written_as}", contact=A_MAIL))
        assert message["conversation_id"] == of_a["conversation_id"]
    await unmerged(units, b, a)
    after = await received(api, mail(a, "a-9", contact=A_MAIL))
    assert (after["conversation_id"], after["position"]) == (of_a["conversation_id"], 4)


async def test_after_an_unmerge_the_other_one_does_not_write_into_a_conversation_of_the_first(
    api: Api, units: UnitOfWorkFactory
) -> None:
    a, b = await api.customer(), await api.customer()
    of_a = await received(api, mail(a, "a-1", contact=A_MAIL))
    await merged(units, b, a)
    await unmerged(units, b, a)
    of_b = await received(api, mail(b, "b-1", contact=A_MAIL))
    assert (of_b["conversation_id"] != of_a["conversation_id"], of_b["position"]) == (True, 1)


async def test_two_conversations_of_one_address_that_met_in_a_merge_stay_two(
    api: Api, units: UnitOfWorkFactory
) -> None:
    a, b = await api.customer(), await api.customer()
    of_a = (await received(api, mail(a, "a-1", contact=A_MAIL)))["conversation_id"]
    of_b = (await received(api, mail(b, "b-1", contact=A_MAIL)))["conversation_id"]
    await merged(units, b, a)
    assert (await received(api, mail(a, "a-2", contact=A_MAIL)))["conversation_id"] == of_a
    assert (await received(api, mail(b, "b-2", contact=A_MAIL)))["conversation_id"] == of_b


async def test_a_merged_customer_shows_the_conversations_of_both(api: Api, units: UnitOfWorkFactory) -> None:
    a, b = await api.customer(), await api.customer()
    of_a = (await received(api, mail(a, "a-1", contact=A_MAIL)))["conversation_id"]
    of_b = (await received(api, mail(b, "b-1", contact=B_MAIL)))["conversation_id"]
    await merged(units, b, a)
    for one in (a, b):
        items = (await api.get(f"/v1/customers/{one}/conversations")).json()["items"]
        assert [item["id"] for item in items] == [of_b, of_a]
    await unmerged(units, b, a)
    items = (await api.get(f"/v1/customers/{a}/conversations")).json()["items"]
    assert [item["id"] for item in items] == [of_a]
