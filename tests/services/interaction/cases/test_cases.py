"""Opening, reading and changing cases."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from hamdel.database import UnitOfWorkFactory
from interaction_service.cases.service import CaseDraft, open_case
from tests.services.interaction.cases.support import act, case, facts, opened, queue, refused
from tests.services.interaction.conversations.support import mail, merged, received
from tests.services.interaction.support import CONTEXT, Api, section

NOBODY = "019e8f2a-7c10-7a3b-9c4d-5e6f70819203"


@pytest.mark.usefixtures("nothing_promised")
async def test_an_opened_case_is_answered_whole(api: Api) -> None:
    customer = await api.customer()
    answer = await api.post("/v1/cases", case(customer, tags=["vip", "vip", "parts"]))
    assert answer.status_code == 201
    made = answer.json()
    assert UUID(made.pop("id")).version == 7
    assert made.pop("number") >= 1
    assert made.pop("opened_at").endswith("Z")
    assert made == {
        "customer_id": customer,
        "type": "complaint",
        "priority": "normal",
        "status": "open",
        "subject": "It is broken",
        "channel": "email",
        "policy": None,
        "queue": None,
        "owner_id": None,
        "tags": ["vip", "parts"],
        "conversation_id": None,
        "level": 0,
        "resolution": None,
        "merged_into": None,
        "opened_by": "agent@hamdel",
        "resolved_at": None,
        "closed_at": None,
        "version": 1,
        "due": {
            "first_response_at": None,
            "next_response_at": None,
            "resolution_at": None,
            "next_at": None,
            "states": {"first_response": "none", "next_response": "none", "resolution": "none"},
        },
        "watchers": [],
        "links": [],
    }
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Hamdel-Sequence"].startswith("interactions=")


async def test_a_follow_up_may_be_spelled_with_a_hyphen(api: Api) -> None:
    assert (await opened(api, await api.customer(), type="follow-up"))["type"] == "follow_up"


async def test_a_case_of_nobody_is_refused(api: Api) -> None:
    answer = await api.post("/v1/cases", case(NOBODY))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-customer")


async def test_a_queue_that_does_not_exist_is_refused(api: Api) -> None:
    answer = await api.post("/v1/cases", case(await api.customer(), queue="nowhere"))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-queue")


async def test_the_fact_of_a_case_holds_none_of_its_words(api: Api) -> None:
    customer = await api.customer()
    made = await opened(api, customer, tags=["secret"])
    await act(api, made["id"], "notes", {"body": "internal"})
    ((name, data),) = await facts(api, customer)
    assert (name, data["case_id"], data["number"]) == ("case_opened", made["id"], made["number"])
    assert not {"subject", "tags", "body"} & data.keys()


async def test_the_same_origin_at_once_opens_one_case(api: Api, units: UnitOfWorkFactory) -> None:
    customer = UUID(await api.customer())
    draft = CaseDraft(customer_id=customer, type="follow_up", priority="high", subject="Call", origin="survey:1")

    async def attempt() -> UUID:
        async with units(CONTEXT) as unit:
            return await open_case(unit, draft)

    assert len(set(await asyncio.gather(*(attempt() for _ in range(10))))) == 1
    assert await api.rows("SELECT count(*) FROM cases") == [(1,)]


async def test_a_change_needs_the_version_that_was_read(api: Api) -> None:
    made = await opened(api, await api.customer())
    path = f"/v1/cases/{made['id']}"
    assert (await api.call("PATCH", path, {"priority": "high"})).status_code == 428
    first = await api.call("PATCH", path, {"priority": "high", "tags": ["a"]}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.json()["version"], first.headers["ETag"]) == (200, 2, '"2"')
    late = await api.call("PATCH", path, {"subject": "Again"}, headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert [error["pointer"] for error in late.json()["errors"]] == ["/priority", "/tags"]


async def test_null_takes_the_queue_away_and_is_refused_for_the_subject(api: Api) -> None:
    await queue(api, "parts")
    made = await opened(api, await api.customer(), queue="parts")
    path, headers = f"/v1/cases/{made['id']}", {"If-Match": '"1"'}
    assert (await api.call("PATCH", path, {"subject": None}, headers=headers)).status_code == 422
    assert (await api.call("PATCH", path, {"queue": None}, headers=headers)).json()["queue"] is None


async def test_cases_are_listed_newest_first_page_by_page_by_what_was_asked(api: Api) -> None:
    customer = await api.customer()
    made = [await opened(api, customer, priority=priority) for priority in ("low", "high", "low", "low")]
    await opened(api, await api.customer(), priority="low")
    low = [one["id"] for one in made if one["priority"] == "low"][::-1]
    path = f"/v1/cases?customer_id={customer}&priority=low&limit=2"
    first = (await api.get(path)).json()
    second = (await api.get(f"{path}&cursor={first['next_cursor']}")).json()
    assert [[item["id"] for item in page["items"]] for page in (first, second)] == [low[:2], low[2:]]
    assert second["next_cursor"] is None


async def test_every_filter_finds_its_own(api: Api) -> None:
    await queue(api, "parts", "ann")
    customer = await api.customer()
    other = await opened(api, customer)
    wanted = await opened(api, customer, queue="parts", owner_id="bob", priority="urgent", tags=["vip", "x"])
    await act(api, wanted["id"], "resolve")
    for asked in ("queue=parts", "owner=bob", "priority=urgent", "tag=vip", "status=resolved"):
        items = (await api.get(f"/v1/cases?{asked}")).json()["items"]
        assert [item["id"] for item in items] == [wanted["id"]], asked
    items = (await api.get("/v1/cases?status=open")).json()["items"]
    assert [item["id"] for item in items] == [other["id"]]


async def test_a_merged_customer_has_the_cases_of_both(api: Api, units: UnitOfWorkFactory) -> None:
    a, b = await api.customer(), await api.customer()
    made = [(await opened(api, one))["id"] for one in (a, b)]
    await merged(units, b, a)
    for one in (a, b):
        items = (await api.get(f"/v1/cases?customer_id={one}")).json()["items"]
        assert [item["id"] for item in items] == made[::-1]


async def test_a_case_in_a_conversation_belongs_to_the_customer_of_the_conversation(
    api: Api, units: UnitOfWorkFactory
) -> None:
    a, b = await api.customer(), await api.customer()
    talk = (await received(api, mail(a, "m-1")))["conversation_id"]
    answer = await api.post("/v1/cases", case(b, conversation_id=talk))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:other-customer")
    await merged(units, b, a)
    assert (await opened(api, b, conversation_id=talk))["customer_id"] == a


@pytest.mark.usefixtures("nothing_promised")
async def test_the_section_shows_open_cases_newest_first_and_no_done_ones(api: Api) -> None:
    customer = await api.customer()
    first = await opened(api, customer, owner_id="ann")
    second = await opened(api, customer, type="question", priority="high", subject="Where?")
    done = await opened(api, customer)
    await act(api, done["id"], "close")
    shown = (await section(api, customer))[0]["open_cases"]
    assert [one["id"] for one in shown] == [second["id"], first["id"]]
    assert shown[0] == {
        "id": second["id"],
        "number": second["number"],
        "type": "question",
        "priority": "high",
        "status": "open",
        "subject": "Where?",
        "queue": None,
        "owner_id": None,
        "due_at": None,
        "opened_at": second["opened_at"],
    }


async def test_the_section_shows_at_most_20_cases(api: Api) -> None:
    customer = await api.customer()
    made = [(await opened(api, customer))["number"] for _ in range(22)]
    shown = (await section(api, customer))[0]["open_cases"]
    assert [one["number"] for one in shown] == made[:1:-1]


async def test_turning_points_stand_on_the_timeline_without_words(api: Api) -> None:
    customer = await api.customer()
    made = await opened(api, customer)
    for step in ("resolve", "reopen", "close"):
        await act(api, made["id"], step)
    items = (await api.get(f"/v1/customers/{customer}/timeline?kind=case")).json()["items"]
    assert [item["kind"] for item in items] == ["case_closed", "case_reopened", "case_resolved", "case_opened"]
    assert "broken" not in str(items)


async def test_analysts_and_customers_do_not_read_notes(api: Api) -> None:
    customer = await api.customer()
    made = await opened(api, customer)
    path = f"/v1/cases/{made['id']}/notes"
    assert (await api.get(path, role="analyst")).status_code == 403
    assert (await api.get(path, role="customer", customer_id=UUID(customer))).status_code == 403


async def test_a_case_that_is_not_there_is_404(api: Api) -> None:
    assert (await api.get(f"/v1/cases/{NOBODY}")).status_code == 404
    assert await refused(api, NOBODY, "resolve") == (404, "unknown-case")
