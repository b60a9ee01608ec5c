"""Programmes over HTTP."""

from __future__ import annotations

import pytest

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.programs.schemas import ProgramBody
from loyalty_service.programs.service import active_programs, create
from tests.services.loyalty.support import CONTEXT, Api

ASKED = {
    "code": "club",
    "name": "باشگاه مشتریان",
    "timezone": "Asia/Tehran",
    "calendar": "jalali",
    "currency": "IRR",
    "enrolment": "opt_in",
    "pending_days": 14,
    "expiry": {"months": 12, "round_up_to": "year"},
}


async def test_a_programme_is_answered_with_what_was_asked_for_and_what_was_left_to_us(api: Api) -> None:
    answer = await api.post("/v1/programs", ASKED)

    assert answer.status_code == 201
    made = answer.json()
    assert {name: made[name] for name in ASKED} == ASKED
    defaults = {"on_refund": "shortfall", "points_paid_earn": False, "stacking": "stack", "card_prefix": None}
    assert {name: made[name] for name in defaults} == defaults
    assert (await api.get(f"/v1/programs/{made['id']}")).json() == made


async def test_a_code_names_one_programme(api: Api) -> None:
    await api.post("/v1/programs", ASKED)

    answer = await api.post("/v1/programs", ASKED)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "program-exists")


async def test_a_change_needs_the_version_that_was_read(api: Api) -> None:
    made = await api.program(name="Before")
    place = f"/v1/programs/{made['id']}"

    assert (await api.patch(place, {"name": "After"})).status_code == 428
    changed = await api.patch(place, {"name": "After"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["name"], changed.headers["etag"]) == (200, "After", '"2"')
    assert (await api.patch(place, {"name": "Later"}, headers={"If-Match": '"1"'})).status_code == 412


async def test_a_change_of_the_expiry_to_null_means_never(api: Api) -> None:
    made = await api.program(expiry={"months": 12, "round_up_to": "month"})

    changed = await api.patch(f"/v1/programs/{made['id']}", {"expiry": None}, headers={"If-Match": '"1"'})

    assert changed.json()["expiry"] == {"months": None, "round_up_to": "none"}


async def test_programmes_are_listed_by_their_codes_page_by_page(api: Api) -> None:
    for code in ("b", "c", "a"):
        await api.program(code=code)

    first = (await api.get("/v1/programs?limit=2")).json()
    second = (await api.get(f"/v1/programs?limit=2&cursor={first['next_cursor']}")).json()

    assert [one["code"] for one in first["items"]] == ["a", "b"]
    assert ([one["code"] for one in second["items"]], second["next_cursor"]) == (["c"], None)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"calendar": "lunar"}, "/calendar"),
        ({"currency": "dollars"}, "/currency"),
        ({"pending_days": -1}, "/pending_days"),
        ({"expiry": {"months": 0}}, "/expiry/months"),
        ({"card_prefix": "12a"}, "/card_prefix"),
        ({"points_expire": True}, "/points_expire"),
    ],
)
async def test_a_programme_that_cannot_be_is_refused_at_its_place(
    api: Api, changes: dict[str, object], pointer: str
) -> None:
    answer = await api.post("/v1/programs", ASKED | changes)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_what_days_and_amounts_are_counted_by_is_for_good(api: Api) -> None:
    made = await api.program()

    answer = await api.patch(f"/v1/programs/{made['id']}", {"currency": "EUR"}, headers={"If-Match": '"1"'})

    assert answer.status_code == 422


async def test_a_programme_that_nobody_made_is_not_found(api: Api) -> None:
    answer = await api.get("/v1/programs/0198a000-0000-7000-8000-000000000000")

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (404, "unknown-program")


@pytest.mark.parametrize("role", ["agent", "analyst", "service", "customer"])
async def test_only_the_management_makes_programmes(api: Api, role: str) -> None:
    assert (await api.post("/v1/programs", ASKED, role=role)).status_code == 403


async def test_a_transaction_that_changes_programmes_sees_its_change(units: UnitOfWorkFactory) -> None:
    made = ProgramBody.model_validate(ASKED).program(new_id())
    async with units(CONTEXT) as unit:
        assert await active_programs(unit.connection) == ()
        await create(unit, made)
        assert await active_programs(unit.connection) == (made,)


async def test_a_change_is_seen_by_the_next_transaction_of_whoever_remembered(units: UnitOfWorkFactory) -> None:
    made = ProgramBody.model_validate(ASKED).program(new_id())
    async with units(CONTEXT) as before:
        assert await active_programs(before.connection) == ()
        async with units(CONTEXT) as unit:
            await create(unit, made)
    async with units.reading() as connection:
        assert await active_programs(connection) == (made,)
