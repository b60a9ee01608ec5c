"""What agents and customers say in a case."""

from __future__ import annotations

from hamdel.database import UnitOfWorkFactory
from tests.services.interaction.cases.support import act, facts, opened, refused
from tests.services.interaction.conversations.support import MAIL, mail, merged, received, unmerged
from tests.services.interaction.support import Api


async def test_a_reply_goes_to_the_address_of_the_cases_conversation(api: Api) -> None:
    customer = await api.customer()
    asked = await received(api, mail(customer, "m-1"))
    made = await opened(api, customer, conversation_id=asked["conversation_id"])
    said = await act(api, made["id"], "messages", {"body": "What is broken?", "waiting": True})
    assert (said["conversation_id"], said["position"]) == (asked["conversation_id"], 2)
    assert (said["case_status"], said["agent_id"], said["subject"]) == ("waiting", "agent@hamdel", "It is broken")
    assert await api.rows("SELECT address, body FROM messages") == [(MAIL, "What is broken?")]


async def test_the_customers_answer_in_the_conversation_brings_the_case_back_to_the_agent(api: Api) -> None:
    customer = await api.customer()
    talk = (await received(api, mail(customer, "m-1")))["conversation_id"]
    made = (await opened(api, customer, conversation_id=talk))["id"]
    await act(api, made, "messages", {"body": "What is broken?", "waiting": True})
    answered = await received(api, mail(customer, "m-2"))
    assert (await api.get(f"/v1/cases/{made}")).json()["status"] == "open"
    items = (await api.get(f"/v1/cases/{made}/messages")).json()["items"]
    assert [(item["direction"], item["body"]) for item in items] == [
        ("outbound", "What is broken?"),
        ("inbound", "m-2"),
    ]
    assert items[1]["id"] == answered["id"]
    told = [(name, data.get("direction"), data["status"]) for name, data in await facts(api, customer)]
    assert told[1:] == [("case_replied", "outbound", "waiting"), ("case_replied", "inbound", "open")]


async def test_an_answer_to_a_resolved_case_opens_it_again(api: Api) -> None:
    customer = await api.customer()
    talk = (await received(api, mail(customer, "m-1")))["conversation_id"]
    made = (await opened(api, customer, conversation_id=talk))["id"]
    await act(api, made, "resolve")
    await received(api, mail(customer, "m-2"))
    assert (await api.get(f"/v1/cases/{made}")).json()["status"] == "open"
    told = [(name, data.get("cause")) for name, data in await facts(api, customer)]
    assert told[2:] == [("case_reopened", "customer_reply"), ("case_replied", None)]


async def test_an_answer_to_a_closed_case_is_a_message_and_no_more(api: Api) -> None:
    customer = await api.customer()
    talk = (await received(api, mail(customer, "m-1")))["conversation_id"]
    made = (await opened(api, customer, conversation_id=talk))["id"]
    await act(api, made, "close")
    assert (await received(api, mail(customer, "m-2")))["conversation_id"] == talk
    assert (await api.get(f"/v1/cases/{made}")).json()["status"] == "closed"
    assert (await api.get(f"/v1/cases/{made}/messages")).json()["items"] == []


async def test_a_reply_in_the_conversation_counts_in_its_case(api: Api) -> None:
    customer = await api.customer()
    talk = (await received(api, mail(customer, "m-1")))["conversation_id"]
    made = (await opened(api, customer, conversation_id=talk))["id"]
    answer = await api.post(f"/v1/conversations/{talk}/messages", {"body": "Wait please", "waiting": True})
    assert answer.status_code == 201
    assert (await api.get(f"/v1/cases/{made}")).json()["status"] == "waiting"
    items = (await api.get(f"/v1/cases/{made}/messages")).json()["items"]
    assert [item["id"] for item in items] == [answer.json()["id"]]


async def test_what_a_customer_said_to_an_agent_is_taken_down_and_not_sent(api: Api) -> None:
    made = (await opened(api, await api.customer()))["id"]
    await act(api, made, "messages", {"body": "Wait", "waiting": True})
    said = await act(api, made, "messages", {"body": "Here I am", "direction": "inbound"})
    assert (said["direction"], said["case_status"]) == ("inbound", "open")
    assert await api.rows("SELECT body, address FROM messages") == [("Wait", None)]


async def test_a_resolved_case_does_not_wait_for_anybody(api: Api) -> None:
    made = (await opened(api, await api.customer()))["id"]
    await act(api, made, "resolve")
    assert await refused(api, made, "messages", {"body": "Well?", "waiting": True}) == (409, "case-status")
    assert (await act(api, made, "messages", {"body": "You are welcome"}))["case_status"] == "resolved"


async def test_after_merge_and_unmerge_a_case_still_answers_to_its_conversations_address(
    api: Api, units: UnitOfWorkFactory
) -> None:
    a, b = await api.customer(), await api.customer()
    cases = []
    for one, address in ((a, "a@example.org"), (b, "b@example.org")):
        talk = (await received(api, mail(one, address, contact=address)))["conversation_id"]
        cases.append((await opened(api, one, conversation_id=talk))["id"])
    for step in (merged, unmerged):
        await step(units, b, a)
        for made in cases:
            await act(api, made, "messages", {"body": "Hello"})
    rows = await api.rows("SELECT customer_id, address FROM messages ORDER BY id")
    assert [(str(one), address) for one, address in rows] == [(a, "a@example.org"), (b, "b@example.org")] * 2
