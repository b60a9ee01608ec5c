"""Reading suggestions: who may, in which language, with which values, page by page."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from tests.services.profile.duplicates.saras import sara, waited
from tests.services.profile.support import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = (
    ("Farhad", "Golestani", "1961-03-14", "+989121110022"),
    ("Shirin", "Davoodi", "1987-11-29", "+989353334455"),
    ("Emma", "Brown", "1999-07-02", "+989017776688"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def suggestions(shared_api: Api) -> list[dict[str, Any]]:
    """Three people, each entered twice, as an admin sees them."""
    for given, family, born, phone in PEOPLE:
        changes = {"name": {"given": given, "family": family}, "birth_date": born, "phone": phone, "address": None}
        await shared_api.create(**sara(**changes))
        await shared_api.create(**sara(**changes))
    return await waited(shared_api, items=3)


@pytest.mark.parametrize(
    ("scopes", "phones"),
    [
        ((), {"*********0022", "*********4455", "*********6688"}),
        (("pii:read",), {"+989121110022", "+989353334455", "+989017776688"}),
    ],
)
async def test_phones_are_masked_for_whoever_may_not_see_personal_data(
    shared_api: Api, suggestions: list[dict[str, Any]], scopes: tuple[str, ...], phones: set[str]
) -> None:
    found = (await shared_api.as_role("agent", scopes=scopes).get("/v1/duplicates")).json()["items"]
    evidence = [each for one in found for each in one["evidence"] if each["field"] == "phone"]
    assert {each["a"] for each in evidence} == {each["b"] for each in evidence} == phones


async def test_the_explanation_is_in_the_language_of_who_asks(
    shared_api: Api, suggestions: list[dict[str, Any]]
) -> None:
    assert {each["explanation"] for each in suggestions} == {"Same name, same birth date, same phone."}
    found = (await shared_api.get("/v1/duplicates", **{"Accept-Language": "fa"})).json()["items"]
    assert {each["explanation"] for each in found} == {"نام یکسان، تاریخ تولد یکسان، تلفن یکسان."}


async def test_pages_go_from_the_most_probable_to_the_least_and_miss_nothing(
    shared_api: Api, suggestions: list[dict[str, Any]]
) -> None:
    seen: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        answer = (await shared_api.get(f"/v1/duplicates?limit=1{cursor and '&cursor=' + cursor}")).json()
        seen += answer["items"]
        cursor = answer["next_cursor"]
    assert [each["id"] for each in seen] == [each["id"] for each in suggestions]
    assert [each["score"] for each in seen] == sorted((each["score"] for each in seen), reverse=True)


async def test_suggestions_can_be_asked_for_one_customer_or_from_a_score_on(
    shared_api: Api, suggestions: list[dict[str, Any]]
) -> None:
    one, least = suggestions[1], suggestions[0]["score"]
    of_one = (await shared_api.get(f"/v1/duplicates?customer_id={one['customer_ids'][1]}")).json()["items"]
    assert [each["id"] for each in of_one] == [one["id"]]
    best = (await shared_api.get(f"/v1/duplicates?min_score={least}")).json()["items"]
    assert [each["id"] for each in best] == [each["id"] for each in suggestions if each["score"] >= least]


@pytest.mark.parametrize(
    ("role", "listing", "scanning"),
    [("manager", 200, 202), ("agent", 200, 403), ("analyst", 403, 403), ("customer", 403, 403)],
)
async def test_agents_read_and_managers_scan(shared_api: Api, role: str, listing: int, scanning: int) -> None:
    claim = "01a1f000-0000-7000-8000-000000000001" if role == "customer" else None
    caller = shared_api.as_role(role, customer_id=claim)
    assert (await caller.get("/v1/duplicates")).status_code == listing
    assert (await caller.call("POST", "/v1/duplicates/scan")).status_code == scanning


@pytest.mark.parametrize("query", ["status=lost", "min_score=2", "limit=0", "customer_id=1", "cursor=x"])
async def test_a_query_that_makes_no_sense_is_refused(shared_api: Api, query: str) -> None:
    assert (await shared_api.get(f"/v1/duplicates?{query}")).status_code in (400, 422)
