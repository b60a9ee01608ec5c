"""Calendars over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.interaction.support import Api

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def office(code: str = "office", **changes: Any) -> dict[str, Any]:
    """Berlin, 9 to 17, weekends closed."""
    return {"code": code, "timezone": "Europe/Berlin", "windows": WEEK} | changes


async def made(api: Api, **changes: Any) -> dict[str, Any]:
    """A new calendar."""
    answer = await api.post("/v1/calendars", office(**changes), role="manager")
    assert answer.status_code == 201, answer.text
    stored: dict[str, Any] = answer.json()
    return stored


async def due_at(api: Api, start: str, minutes: int, code: str = "office") -> str:
    """The deadline that the route gives."""
    url = f"/v1/calendars/{code}/deadline?from={start.replace('+', '%2B')}&minutes={minutes}"
    answer = await api.get(url)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["due_at"])


@pytest.mark.usefixtures("nothing_promised")
async def test_a_calendar_is_made_read_and_listed(api: Api) -> None:
    exceptions = [{"date": "2026-05-01", "windows": [], "name": "1. Mai"}, {"date": "2026-01-02", "windows": []}]
    await made(api, exceptions=exceptions)
    await made(api, code="another")
    answer = await api.get("/v1/calendars/office")
    assert answer.headers["ETag"] == '"1"'
    stored = answer.json()
    assert stored["windows"]["mon"] == [["09:00", "17:00"]]
    assert stored["windows"]["sun"] == []
    assert [one["date"] for one in stored["exceptions"]] == ["2026-01-02", "2026-05-01"]
    first = (await api.get("/v1/calendars?limit=1")).json()
    assert [one["code"] for one in first["items"]] == ["another"]
    second = (await api.get(f"/v1/calendars?limit=1&cursor={first['next_cursor']}")).json()
    assert ([one["code"] for one in second["items"]], second["next_cursor"]) == (["office"], None)


async def test_the_deadline_and_the_time_elapsed_are_answered(api: Api) -> None:
    await made(api)
    assert await due_at(api, "2026-01-02T16:30:00+01:00", 60) == "2026-01-05T08:30:00Z"
    assert await due_at(api, "2026-01-02T15:30:00Z", 60) == "2026-01-05T08:30:00Z"
    elapsed = await api.get("/v1/calendars/office/elapsed?from=2026-01-02T15:30:00Z&to=2026-01-05T08:30:30Z")
    assert elapsed.json() == {"minutes": 60.5}


async def test_a_code_that_is_taken_and_a_window_past_midnight_are_refused_in_words(api: Api) -> None:
    await made(api)
    answer = await api.post("/v1/calendars", office(), role="manager")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:calendar-exists")
    assert (await api.get("/v1/calendars/nowhere")).status_code == 404
    past_midnight = office("night", windows={"mon": [["22:00", "02:00"]]})
    answer = await api.post("/v1/calendars", past_midnight, role="manager", headers={"Accept-Language": "fa"})
    assert answer.json()["errors"][0]["pointer"] == "/windows/mon"
    assert "22:00 تا 24:00" in answer.json()["errors"][0]["message"]


async def test_replacing_needs_the_version_that_was_read(api: Api) -> None:
    await made(api)
    changed = office(windows={"mon": [["10:00", "12:00"]]})
    without = await api.call("PUT", "/v1/calendars/office", changed, role="manager")
    assert without.status_code == 428
    first = await api.call("PUT", "/v1/calendars/office", changed, role="manager", headers={"If-Match": '"1"'})
    assert (first.status_code, first.json()["version"], first.headers["ETag"]) == (200, 2, '"2"')
    late = await api.call("PUT", "/v1/calendars/office", office(), role="manager", headers={"If-Match": '"1"'})
    assert late.status_code == 412
    assert await due_at(api, "2026-01-05T08:00:00Z", 60) == "2026-01-05T10:00:00Z"


async def test_a_year_of_holidays_is_added_and_keeps_what_was_set_by_hand(api: Api) -> None:
    """In 1405, 22 Bahman is 2027-02-11 and 29 Esfand 2027-03-20; 14 Khordad is 2026-06-04."""
    by_hand = {"date": "2026-06-04", "windows": [["09:00", "10:00"]], "name": None}
    await made(api, timezone="Asia/Tehran", exceptions=[by_hand])
    body = {"list": "ir-fixed", "year": 1405}
    answer = await api.post("/v1/calendars/office/holidays", body, role="manager")
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    dates = [one["date"] for one in answer.json()["exceptions"]]
    assert dates == [
        *("2026-03-21", "2026-03-22", "2026-03-23", "2026-03-24", "2026-04-01", "2026-04-02"),
        *("2026-06-04", "2026-06-05", "2027-02-11", "2027-03-20"),
    ]
    assert by_hand in answer.json()["exceptions"]
    again = await api.post("/v1/calendars/office/holidays", body, role="manager")
    assert again.json()["version"] == 2


async def test_questions_without_a_sensible_answer_are_refused(api: Api) -> None:
    await made(api)
    for query in (
        "deadline?from=2026-01-02T16:30:00&minutes=60",
        "deadline?from=2026-01-02T16:30:00Z&minutes=-1",
        "deadline?from=2026-01-02T16:30:00Z&minutes=600000",
        "deadline?from=9999-12-31T23:59:59Z&minutes=1",
        "deadline?minutes=1",
        "elapsed?from=1990-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
    ):
        assert (await api.get(f"/v1/calendars/office/{query}")).status_code == 422, query
    await made(api, code="rare", windows={"mon": [["09:00", "09:01"]]})
    answer = await api.get("/v1/calendars/rare/deadline?from=2026-01-02T16:30:00Z&minutes=2000")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hamdel:problem:deadline-out-of-reach")


async def test_holidays_of_an_unknown_list_or_year_are_refused(api: Api) -> None:
    await made(api)
    for list_code, year in (("moon", 1405), ("ir-fixed", 2026), ("ir-fixed", 1501)):
        answer = await api.post("/v1/calendars/office/holidays", {"list": list_code, "year": year}, role="manager")
        assert answer.status_code == 422, (list_code, year)


async def test_agents_read_calendars_and_do_not_change_them(api: Api) -> None:
    await made(api)
    assert (await api.get("/v1/calendars/office", role="agent")).status_code == 200
    assert (await api.post("/v1/calendars", office("mine"), role="agent")).status_code == 403
