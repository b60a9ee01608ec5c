"""Anonymous answers cannot be joined back to a person: the stored rows of all tables are looked at."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from hamdel.database import UnitOfWorkFactory
from survey_service.responses.background import forget_order
from survey_service.responses.service import submit
from survey_service.responses.submissions import Submission, Ticket
from tests.services.survey.responses.giving import branching, new_uuid, put, values
from tests.services.survey.support import CONTEXT, Api

TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
HARMLESS = {"answers", "language", "channel", "status", "step", "version", "survey_id", "late", "nps", "csat", "ces"}
"""Columns of a response that are the same for many: they tell what was said, not by whom."""


async def table_rows(api: Api) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table as plain JSON, with its transaction and its page."""
    found = {}
    for (table,) in await api.rows(TABLES):
        query = f"SELECT to_jsonb(t) || jsonb_build_object('xmin', t.xmin::text) FROM {table} AS t"
        found[table] = [row for (row,) in await api.rows(query)]
    return found


async def answer_all(api: Api, anonymous: str, named: str, customers: list[str]) -> list[str]:
    """Everybody answers both surveys at the same time, step by step; gives the ids of the anonymous responses."""
    ids = [str(uuid7()) for _ in customers]
    for step, finished in ((1, False), (2, True)):
        calls = []
        for place, (customer, uuid) in enumerate(zip(customers, ids, strict=True)):
            said: dict[str, Any] = {"finished": finished, "customer_id": customer, "attributes": {"tier": f"t{place}"}}
            said["started_at"] = f"2026-11-0{place + 1}T01:02:03Z"
            calls.append(put(api, anonymous, uuid, step, values(nps=7 + place), **said))
            calls.append(put(api, named, str(UUID(int=UUID(uuid).int ^ 1)), step, values(nps=7), **said))
        assert {each.status_code for each in await asyncio.gather(*calls)} <= {200, 201}
    return ids


async def test_stored_rows_have_nothing_in_common_with_rows_that_name_a_person(api: Api) -> None:
    anonymous = await api.survey(branching(anonymous=True, crosstab=["tier"], timezone="Asia/Tehran"))
    named = await api.survey(branching(crosstab=["tier"]))
    customers = [await api.customer() for _ in range(4)]
    ids = await answer_all(api, anonymous, named, customers)
    tables = await table_rows(api)
    hidden = tables.pop("anonymous_responses")
    assert [row["status"] for row in hidden] == ["finished"] * 4
    telling = {str(value) for row in hidden for name, value in row.items() if name not in HARMLESS and value}
    telling -= {"True", "[]"}
    people = [row for rows in tables.values() for row in rows if any(one in str(row) for one in customers)]
    assert len(people) >= 4 * 4, "known customers, streams, responses and facts name them"
    assert not [(row, value) for row in people for value in telling if value in map(str, row.values())]
    assert not {row["xmin"] for row in hidden} & {row["xmin"] for row in people}
    assert not [one for one in [*customers, *ids] if one in str(hidden)]
    assert not [one for one in ids if one in str(tables)]


async def test_no_time_but_noon_of_the_day_is_kept_and_no_attribute(api: Api) -> None:
    survey_id = await api.survey(branching(anonymous=True, crosstab=["tier"], timezone="Asia/Tehran"))
    answers: dict[str, Any] = {"attributes": {"tier": "gold"}, "customer_id": await api.customer(), "finished": True}
    body = (await put(api, survey_id, new_uuid(), 1, values(nps=9), **answers)).json()
    assert (body["customer_id"], body["attributes"], body["duration_seconds"]) == (None, None, None)
    clock = "SELECT DISTINCT (t AT TIME ZONE 'Asia/Tehran')::time::text FROM responses, "
    times = await api.rows(clock + "LATERAL (VALUES (started_at), (updated_at), (finished_at)) AS v(t)")
    assert times == [("12:00:00",)]
    assert await api.rows("SELECT type FROM outbox") == [("survey.survey_published.v1",)]
    assert await api.rows("SELECT customer_id::text FROM event_streams") == [(survey_id,)]


async def test_an_anonymous_response_goes_on_repeats_itself_and_is_read_by_its_own_id(api: Api) -> None:
    survey_id, uuid = await api.survey(branching(anonymous=True)), new_uuid()
    assert (await put(api, survey_id, uuid, 1, values(nps=3))).status_code == 201
    ended = await put(api, survey_id, uuid, 2, values(why="slow"), finished=True)
    again = await put(api, survey_id, uuid, 2, values(why="slow"), finished=True)
    assert (ended.json()["id"], again.status_code, again.json()) == (uuid, 200, ended.json())
    assert (await api.get(f"/v1/surveys/{survey_id}/responses/{uuid}")).json() == ended.json()
    results = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    assert (results["responses"], results["finished"]) == (1, 1)


async def test_a_ticket_leaves_no_trace_in_an_anonymous_response(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id, customer, invitation = await api.survey(branching(anonymous=True)), await api.customer(), uuid7()

    async def answered(unit: Any, invitation_id: UUID, response_id: UUID) -> None:
        raise AssertionError("the invitation would share a transaction with the answers")

    ticket = Ticket(
        survey_id=UUID(survey_id), version=1, invitation_id=invitation, customer_id=UUID(customer),
        correlation_id="purchase-1", attributes={"tier": "gold"}, answered=answered,
    )  # fmt: skip
    step = Submission(
        id=uuid7(), survey_id=UUID(survey_id), step=1, finished=True, answers=values(nps=1, why="slow"), ticket=ticket
    )
    async with units(CONTEXT) as unit:
        await submit(unit, step)
    (stored,) = (await table_rows(api))["anonymous_responses"]
    assert not [one for one in (customer, str(invitation), str(step.id), "purchase-1", "gold") if one in str(stored)]


async def test_after_the_day_neither_place_nor_transaction_tells_who_came_first(
    api: Api, units: UnitOfWorkFactory
) -> None:
    survey_id = await api.survey(branching(anonymous=True))
    for place in range(8):
        await put(api, survey_id, str(uuid7()), 1, values(nps=7 + place % 4), finished=True)
    query = "SELECT id, answers, xmin::text FROM anonymous_responses ORDER BY ctid"
    before = await api.rows(query)
    now = datetime.now(UTC)
    assert await forget_order(units, now) == 0, "the day is not over"
    assert await forget_order(units, now + timedelta(days=3)) == 8
    after = await api.rows(query)
    assert [row[:2] for row in after] == sorted(row[:2] for row in before)
    assert (len({row[2] for row in before}), len({row[2] for row in after})) == (8, 1)
