"""Whom loyalty-service congratulates: asked for by the day, never told a birth date."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from hamdel.calendar import to_gregorian
from profile_service.birthdays.days import MonthDay, day_of, indexed_days
from tests.services.profile.support import Api

PATH = "/internal/customers/birthdays"


async def asked(api: Api, query: str, role: str = "service") -> dict[str, Any]:
    """The answer to a service."""
    answer = await api.as_role(role).get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_day_of_the_gregorian_calendar_names_whoever_was_born_on_it_in_any_year(api: Api) -> None:
    first, second = await api.create(birth_date="1990-03-21"), await api.create(birth_date="2001-03-21")
    await api.create(birth_date="1990-03-22")
    await api.create()
    found = await asked(api, "month_day=03-21")
    assert found == {"items": sorted([first["id"], second["id"]]), "next_cursor": None}


async def test_a_jalali_day_lies_on_different_gregorian_days(api: Api) -> None:
    # 1 Farvardin was 21 March in 1369 (1990) and 20 March in 1375 (1996), as every printed calendar of these years has
    # it; 21 March 1996 was 2 Farvardin.
    born_1369, born_1375 = await api.create(birth_date="1990-03-21"), await api.create(birth_date="1996-03-20")
    await api.create(birth_date="1996-03-21")
    found = await asked(api, "month_day=01-01&calendar=jalali")
    assert set(found["items"]) == {born_1369["id"], born_1375["id"]}


async def test_two_days_may_be_asked_for_at_once(api: Api) -> None:
    both = {(await api.create(birth_date=born))["id"] for born in ("1995-02-28", "1996-02-29")}
    found = await asked(api, "month_day=02-28&month_day=02-29")
    assert set(found["items"]) == both


async def test_pages_name_everybody_once(api: Api) -> None:
    everybody = {(await api.create(birth_date=f"19{year}-07-04"))["id"] for year in range(80, 85)}
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = await asked(api, f"month_day=07-04&limit=2{cursor}")
        seen += page["items"]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert len(seen) == 5
    assert set(seen) == everybody


async def test_the_archived_are_left_out(api: Api) -> None:
    made = await api.create(birth_date="1990-05-05")
    await api.call("DELETE", f"/v1/customers/{made['id']}")
    assert (await asked(api, "month_day=05-05"))["items"] == []


async def test_a_merged_customer_celebrates_once_on_the_birth_date_it_is_shown_with(api: Api) -> None:
    kept, gone = await api.create(birth_date="1990-05-05"), await api.create(birth_date="1990-05-06")
    answer = await api.call("POST", f"/v1/customers/{kept['id']}/merges", {"absorb": gone["id"]})
    assert answer.status_code == 201, answer.text
    shown = (await api.get(f"/v1/customers/{kept['id']}")).json()["birth_date"]
    for day in ("05-05", "05-06"):
        expected = [kept["id"]] if shown == f"1990-{day}" else []
        assert (await asked(api, f"month_day={day}"))["items"] == expected


@pytest.mark.parametrize("role", ["admin", "manager", "agent", "analyst"])
async def test_nobody_but_a_service_may_ask(api: Api, role: str) -> None:
    assert (await api.as_role(role).get(f"{PATH}?month_day=03-21")).status_code == 403


@pytest.mark.parametrize("query", ["", "month_day=13-01", "month_day=3-21", "month_day=03-21&calendar=lunar"])
async def test_what_is_no_day_is_refused(api: Api, query: str) -> None:
    assert (await api.as_role("service").get(f"{PATH}?{query}")).status_code == 422


async def test_the_index_answers(api: Api) -> None:
    await api.create(birth_date="1990-03-21")
    statement = """
        EXPLAIN SELECT id FROM customers
        WHERE CAST(extract(month FROM birth_date) * 100 + extract(day FROM birth_date) AS integer) = ANY('{321,320}')
          AND birth_date IS NOT NULL AND archived_at IS NULL
    """
    async with api.engine.connect() as connection:
        await connection.execute(text("SET enable_seqscan = off"))
        plan = "\n".join((await connection.execute(text(statement))).scalars())
    assert "customers_birthday" in plan


def test_the_index_is_asked_for_every_gregorian_day_of_a_jalali_one() -> None:
    # Nowruz lay between 20 and 22 March in the published years.
    assert indexed_days("jalali", [MonthDay(1, 1)]) == [320, 321, 322]
    assert indexed_days("gregorian", [MonthDay(2, 29), MonthDay(2, 28)]) == [228, 229]
    assert indexed_days("jalali", [MonthDay(12, 31)]) == []


def test_every_day_of_a_jalali_year_is_found_under_its_own_name() -> None:
    first = to_gregorian(1403, 1, 1).toordinal()
    days = [date.fromordinal(first + passed) for passed in range(366)]
    found = [day_of("jalali", day) for day in days]
    assert all(one and two and (two.month, two.day) > (one.month, one.day) for one, two in pairwise(found))
    assert all(
        one and day.month * 100 + day.day in indexed_days("jalali", [one]) for one, day in zip(found, days, strict=True)
    )


def test_a_year_beyond_the_published_ones_has_no_jalali_day() -> None:
    assert day_of("jalali", date(1700, 1, 1)) is None
