"""What a clerk types, and whom it finds. Thirty people, made once."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from tests.services.profile.search_people import make, search
from tests.services.profile.support import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(shared_api: Api) -> dict[str, str]:
    """Everybody; one is archived, one belongs to the firm and one has left it."""
    made = await make(shared_api)
    answer = await shared_api.call("DELETE", f"/v1/customers/{made['gone']}", headers={"If-Match": '"1"'})
    assert answer.status_code in (200, 204), answer.text
    for name in ("member", "left"):
        body = {"organization_id": made["foolad"], "role": "buyer"}
        joined = await shared_api.call("POST", f"/v1/customers/{made[name]}/memberships", body)
        assert joined.status_code == 201, joined.text
        if name == "left":
            path = f"/v1/customers/{made[name]}/memberships/{joined.json()['id']}"
            assert (await shared_api.call("DELETE", path)).status_code in (200, 204)
    return made


async def found(api: Api, ids: dict[str, str], q: str, **parameters: Any) -> list[str]:
    """The names under which the found ones were made, best first."""
    names = {customer_id: name for name, customer_id in ids.items()}
    return [names[item["id"]] for item in await search(api, q, **parameters)]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("سارا حسینی", "sara"),
        ("Sara Hosseini", "sara"),
        ("hosseini SARA", "sara"),
        ("حسینی سارا", "sara"),
        ("علی کاظمی", "arabic"),
        ("علیرضا محمدی", "alireza"),
        ("jose garcia", "jose"),
        ("José García", "jose"),
        ("o'neil", "oneil"),
        ("شركت فولاد گستر", "foolad"),
        ("foolad co", "foolad"),
        ("northwind", "supplier"),
    ],
)
async def test_a_name_is_found_in_either_script_and_order(
    shared_api: Api, ids: dict[str, str], q: str, first: str
) -> None:
    assert (await found(shared_api, ids, q))[0] == first


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("3456", "sara"),
        ("۳۴۵۶", "sara"),
        ("6789", "sara"),
        ("0912345", "sara"),
        ("+98 912 345", "sara"),
        ("0912 345 6789", "sara"),
        ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "sara"),
        ("7946 0958", "john"),
        ("020 7946", "john"),
        ("حسینی 6789", "sara"),
    ],
)
async def test_a_part_of_a_phone_finds_its_owner(shared_api: Api, ids: dict[str, str], q: str, expected: str) -> None:
    assert await found(shared_api, ids, q) == [expected]


async def test_three_digits_of_a_phone_are_too_few(shared_api: Api, ids: dict[str, str]) -> None:
    assert await found(shared_api, ids, "456") == []


@pytest.mark.parametrize(
    ("q", "expected", "matched"),
    [
        ("0499370899", "nationalid", ["national_id"]),
        ("AbC-900-77", "mahmoud", ["card"]),
        ("B-42", "external", ["external:shop"]),
        ("REZA.M@example.com", "reza", ["email"]),
        ("09123456789", "sara", ["phone"]),
    ],
)
async def test_an_identifier_of_any_type_finds_its_owner(
    shared_api: Api, ids: dict[str, str], q: str, expected: str, matched: list[str]
) -> None:
    item = (await search(shared_api, q))[0]
    assert (item["id"], item["matched"], item["score"]) == (ids[expected], matched, 1.0)


async def test_a_card_of_other_letters_is_another_card(shared_api: Api, ids: dict[str, str]) -> None:
    assert await found(shared_api, ids, "abc-900-77") == []


async def test_a_code_is_found_whole_grouped_and_by_its_beginning(shared_api: Api, ids: dict[str, str]) -> None:
    code = (await shared_api.get(f"/v1/customers/{ids['karim']}")).json()["code"]
    whole = (await search(shared_api, f"{code[:4]}-{code[4:8]} {code[8]}"))[0]
    assert (whole["id"], whole["matched"], whole["score"]) == (ids["karim"], ["code"], 1.0)
    begun = (await search(shared_api, code[:7]))[0]
    assert (begun["id"], begun["matched"], begun["score"]) == (ids["karim"], ["code"], 0.75)


@pytest.mark.parametrize(
    "q", ["babak.r", "rad@karimi", "@karimi-co.example", "karimi-co", "babak.rad@karimi-co.example"]
)
async def test_an_address_is_found_by_its_parts(shared_api: Api, ids: dict[str, str], q: str) -> None:
    assert (await found(shared_api, ids, q))[0] == "mail"


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("حسنیی سارا", "sara"),
        ("سارا حسیین", "sara"),
        ("Sara Hoseini", "sara"),
        ("Sara Hossieni", "sara"),
        ("mahmud karimi", "mahmoud"),
        ("Jhon Smith", "john"),
        ("Smithsn", "smithson"),
        ("Northwimd", "supplier"),
        ("الهام تهماسبی", "tahmasebi"),
        ("tahmasbi", "tahmasebi"),
        ("نرگس حسینزداه", "hyphen"),
    ],
)
async def test_a_slip_still_finds_who_was_meant(shared_api: Api, ids: dict[str, str], q: str, expected: str) -> None:
    assert (await found(shared_api, ids, q))[0] == expected


@pytest.mark.parametrize("q", ["minou hosseini", "Minoo Hoseini"])
async def test_a_persian_name_alone_is_found_in_latin_letters(shared_api: Api, ids: dict[str, str], q: str) -> None:
    assert (await found(shared_api, ids, q))[0] == "alone"


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("حسین زاده", "hyphen"),
        ("حسینزاده", "hyphen"),
        ("حسن‌زاده", "spaced"),
        ("حسنزاده", "spaced"),
        ("علی رضا", "alireza"),
    ],
)
async def test_a_name_may_be_written_in_one_word_or_two(
    shared_api: Api, ids: dict[str, str], q: str, expected: str
) -> None:
    assert (await found(shared_api, ids, q))[0] == expected


async def test_the_whole_name_ranks_above_a_word_a_beginning_and_a_part(shared_api: Api, ids: dict[str, str]) -> None:
    assert (await found(shared_api, ids, "john smith"))[0] == "john"
    assert (await found(shared_api, ids, "smith"))[:2] == ["john", "smithson"]
    assert (await found(shared_api, ids, "رضا"))[:3] == ["swapped", "reza", "alireza"]
    assert [item["score"] for item in await search(shared_api, "رضا")][:3] == [0.9, 0.9, 0.5]


async def test_every_word_must_match(shared_api: Api, ids: dict[str, str]) -> None:
    assert set(await found(shared_api, ids, "رضا محمدی")) == {"reza", "swapped", "alireza"}
    assert await found(shared_api, ids, "sara smith") == []
    assert await found(shared_api, ids, "سارا 0958") == []


async def test_two_letters_match_beginnings_alone(shared_api: Api, ids: dict[str, str]) -> None:
    assert set(await found(shared_api, ids, "سا")) == {"sara"}
    assert await found(shared_api, ids, "ضا") == []


async def test_members_of_an_organisation_are_found_by_its_name(shared_api: Api, ids: dict[str, str]) -> None:
    items = await search(shared_api, "فولاد گستر")
    assert [item["id"] for item in items] == [ids["foolad"], ids["member"]]
    assert items[1]["matched"] == ["organization"]


async def test_what_matched_is_named(shared_api: Api, ids: dict[str, str]) -> None:
    async def matched(q: str) -> list[str]:
        return list((await search(shared_api, q))[0]["matched"])

    assert await matched("سارا") == ["name"]
    assert await matched("sara") == ["name.other_script"]
    assert await matched("سارا hosseini 6789") == ["name", "name.other_script", "phone"]
    assert await matched("babak.rad") == ["email"]


async def test_the_archived_are_found_only_on_demand(shared_api: Api, ids: dict[str, str]) -> None:
    assert "gone" not in await found(shared_api, ids, "گلنار حسینی")
    assert (await found(shared_api, ids, "گلنار حسینی", archived="true"))[0] == "gone"


async def test_a_kind_and_a_tag_narrow_the_answer(shared_api: Api, ids: dict[str, str]) -> None:
    assert await found(shared_api, ids, "smith", tag="vip") == ["john"]
    assert await found(shared_api, ids, "smith", kind="organization") == []
    assert await found(shared_api, ids, "northwind", kind="supplier") == ["supplier"]
    assert await found(shared_api, ids, "فولاد", kind="organization") == ["foolad"]


async def test_a_found_customer_is_shown_as_everywhere(shared_api: Api, ids: dict[str, str]) -> None:
    whole = (await shared_api.get(f"/v1/customers/{ids['sara']}")).json()
    item = (await search(shared_api, "sara hosseini"))[0]
    assert item == {**whole, "score": 1.0, "matched": ["name.other_script"]}


async def test_an_agent_finds_by_phone_and_sees_it_masked(shared_api: Api, ids: dict[str, str]) -> None:
    agent = shared_api.as_role("agent")
    assert [each["value"] for each in (await search(agent, "345 6789"))[0]["identifiers"]] == ["*********6789"]
    reader = shared_api.as_role("agent", scopes=("pii:read",))
    assert [each["value"] for each in (await search(reader, "345 6789"))[0]["identifiers"]] == ["0912 345 6789"]


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("manager", 200), ("agent", 200), ("analyst", 200), ("service", 200), ("customer", 403)],
)
async def test_searching_is_for_those_who_read(shared_api: Api, ids: dict[str, str], role: str, status: int) -> None:
    caller = shared_api.as_role(role, customer_id=ids["sara"])
    assert (await caller.get("/v1/customers?q=sara")).status_code == status


@pytest.mark.parametrize("q", ["!", "…", "%25", "_", "()", "\\", "'", "-- ;", "zzzzzz", "۰", "م", "ʼ"])
async def test_an_odd_query_is_answered(shared_api: Api, ids: dict[str, str], q: str) -> None:
    answer = await shared_api.get(f"/v1/customers?q={q}")
    assert answer.status_code == 200
    assert answer.json()["next_cursor"] is None


async def test_a_query_of_punctuation_finds_nobody(shared_api: Api, ids: dict[str, str]) -> None:
    assert await found(shared_api, ids, "?!…") == []


async def test_wildcards_stand_for_themselves(shared_api: Api, ids: dict[str, str]) -> None:
    assert await found(shared_api, ids, "sm%th") == await found(shared_api, ids, "sm th")
    assert await found(shared_api, ids, "s_ra") == []


async def test_a_long_query_is_answered_and_a_longer_one_refused(shared_api: Api, ids: dict[str, str]) -> None:
    assert await found(shared_api, ids, ("سارا حسینی " * 20)[:200]) == ["sara"]
    refused = await shared_api.get("/v1/customers?q=" + "a" * 201)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/query/q")
    assert (await shared_api.get("/v1/customers?q=a%00b")).status_code == 422
