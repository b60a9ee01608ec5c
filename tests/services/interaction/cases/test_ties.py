"""Watchers, links, and cases that absorb others."""

from __future__ import annotations

import asyncio

from hamdel.database import UnitOfWorkFactory
from tests.services.interaction.cases.support import act, facts, opened, refused
from tests.services.interaction.conversations.support import mail, merged, received, unmerged
from tests.services.interaction.support import Api


async def said_in(api: Api, case_id: str) -> list[str]:
    """The texts of a case's messages."""
    return [item["body"] for item in (await api.get(f"/v1/cases/{case_id}/messages")).json()["items"]]


async def noted_in(api: Api, case_id: str) -> list[str]:
    """The texts of a case's notes."""
    return [item["body"] for item in (await api.get(f"/v1/cases/{case_id}/notes")).json()["items"]]


async def test_watchers_come_and_go(api: Api) -> None:
    made = (await opened(api, await api.customer()))["id"]
    for agent in ("bob", "ann", "bob"):
        shown = await act(api, made, "watchers", {"agent_id": agent})
    assert (shown["watchers"], shown["version"]) == (["bob", "ann"], 3)
    left = await api.call("DELETE", f"/v1/cases/{made}/watchers/bob")
    assert left.json()["watchers"] == ["ann"]
    gone = await api.call("DELETE", f"/v1/cases/{made}/watchers/bob")
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:hamdel:problem:unknown-watcher")


async def test_linked_cases_name_each_other(api: Api) -> None:
    customer = await api.customer()
    one, other = [(await opened(api, customer))["id"] for _ in range(2)]
    shown = await act(api, one, "links", {"case_id": other, "relation": "duplicate_of"})
    assert shown["links"] == [{"case_id": other, "relation": "duplicate_of"}]
    assert (await api.get(f"/v1/cases/{other}")).json()["links"] == [{"case_id": one, "relation": "duplicated_by"}]
    assert (await api.call("DELETE", f"/v1/cases/{other}/links/{one}")).json()["links"] == []
    assert (await api.get(f"/v1/cases/{one}")).json()["links"] == []


async def test_links_in_both_directions_at_once_never_meet_in_a_circle(api: Api) -> None:
    one, other = [(await opened(api, await api.customer()))["id"] for _ in range(2)]
    answers = await asyncio.gather(
        *(api.post(f"/v1/cases/{a}/links", {"case_id": b}) for a, b in [(one, other), (other, one)] * 5)
    )
    assert {answer.status_code for answer in answers} == {200}


async def test_a_case_is_neither_linked_to_itself_nor_merged_with_itself(api: Api) -> None:
    made = (await opened(api, await api.customer()))["id"]
    assert await refused(api, made, "links", {"case_id": made}) == (409, "same-case")
    assert await refused(api, made, "merge", {"absorb": made}) == (409, "same-case")
    assert (await api.get(f"/v1/cases/{made}")).json()["status"] == "open"


async def test_a_case_goes_on_for_the_one_it_absorbs(api: Api) -> None:
    customer = await api.customer()
    one, other = [(await opened(api, customer))["id"] for _ in range(2)]
    for made, word in ((one, "first"), (other, "second"), (one, "third")):
        await act(api, made, "messages", {"body": word})
        await act(api, made, "notes", {"body": f"note {word}"})
    await act(api, other, "watchers", {"agent_id": "bob"})
    shown = await act(api, one, "merge", {"absorb": other})
    assert (shown["status"], shown["watchers"]) == ("open", ["bob"])
    absorbed = (await api.get(f"/v1/cases/{other}")).json()
    assert (absorbed["status"], absorbed["merged_into"], absorbed["resolution"]) == ("closed", one, "merged")
    assert await said_in(api, one) == ["first", "second", "third"]
    assert await noted_in(api, one) == ["note first", "note second", "note third"]
    assert await said_in(api, other) == ["second"]
    name, data = (await facts(api, customer))[-1]
    assert (name, data["case_id"], data["merged_into"]) == ("case_closed", other, one)


async def test_an_absorbed_case_neither_comes_back_nor_is_absorbed_again(api: Api) -> None:
    customer = await api.customer()
    one, other, third = [(await opened(api, customer))["id"] for _ in range(3)]
    await act(api, one, "merge", {"absorb": other})
    assert await refused(api, other, "reopen") == (409, "case-status")
    assert await refused(api, third, "merge", {"absorb": other}) == (409, "case-status")
    assert await refused(api, other, "merge", {"absorb": third}) == (409, "case-status")


async def test_what_an_absorbed_case_had_absorbed_goes_along(api: Api) -> None:
    customer = await api.customer()
    one, other, third = [(await opened(api, customer))["id"] for _ in range(3)]
    for made in (third, other, one):
        await act(api, made, "messages", {"body": made})
    await act(api, other, "merge", {"absorb": third})
    await act(api, one, "merge", {"absorb": other})
    assert await said_in(api, one) == [third, other, one]


async def test_two_who_absorb_each_other_at_once_leave_one_open(api: Api) -> None:
    customer = await api.customer()
    one, other = [(await opened(api, customer))["id"] for _ in range(2)]
    answers = await asyncio.gather(
        api.post(f"/v1/cases/{one}/merge", {"absorb": other}), api.post(f"/v1/cases/{other}/merge", {"absorb": one})
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await api.rows("SELECT status FROM cases ORDER BY status") == [("closed",), ("open",)]


async def test_cases_of_two_people_are_not_merged(api: Api) -> None:
    one, other = [(await opened(api, await api.customer()))["id"] for _ in range(2)]
    assert await refused(api, one, "merge", {"absorb": other}) == (409, "other-customer")


async def test_an_answer_to_the_absorbed_cases_conversation_reaches_the_one_that_goes_on(api: Api) -> None:
    customer = await api.customer()
    talk = (await received(api, mail(customer, "m-1")))["conversation_id"]
    other = (await opened(api, customer, conversation_id=talk))["id"]
    one = (await opened(api, customer))["id"]
    assert (await act(api, one, "merge", {"absorb": other}))["conversation_id"] == talk
    await act(api, one, "messages", {"body": "Well?", "waiting": True})
    await received(api, mail(customer, "m-2"))
    assert (await api.get(f"/v1/cases/{one}")).json()["status"] == "open"


async def test_after_an_unmerge_of_the_customers_nobody_reads_the_others_case(
    api: Api, units: UnitOfWorkFactory
) -> None:
    a, b = await api.customer(), await api.customer()
    of_a, of_b = [(await opened(api, one))["id"] for one in (a, b)]
    await act(api, of_a, "messages", {"body": "for a"})
    await merged(units, b, a)
    await act(api, of_b, "merge", {"absorb": of_a})
    assert await said_in(api, of_b) == ["for a"]
    await unmerged(units, b, a)
    assert await said_in(api, of_b) == []
    assert await said_in(api, of_a) == ["for a"]
