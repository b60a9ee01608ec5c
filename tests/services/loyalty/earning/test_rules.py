"""Rules over HTTP: versions are added, never changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.loyalty.support import Api

PER_DOLLAR: dict[str, Any] = {
    "code": "base",
    "kind": "per_amount",
    "points": 1,
    "per": {"amount": "1.00", "currency": "USD"},
    "rounding": "floor",
}


async def test_a_rule_is_answered_as_it_was_written(api: Api) -> None:
    program = await api.program()
    written = PER_DOLLAR | {
        "category": "books",
        "channel": "web",
        "window": {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"},
        "cap": {"per_day": 100},
        "multipliers": {"tiers": {"gold": "1.5"}, "weekdays": {"fri": "2"}, "campaigns": []},
        "exclusions": {"skus": ["gift-card"], "categories": []},
    }

    answer = await api.post(f"/v1/programs/{program['id']}/rules", written)

    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert {name: made[name] for name in written} == written
    assert (made["version"], made["effective_from"], made["retired"]) == (1, None, False)


async def test_members_that_are_null_are_members_that_were_left_out(api: Api) -> None:
    program = await api.program()
    nothing = dict.fromkeys(("category", "channel", "window", "cap", "multipliers", "exclusions", "survey_id"))

    assert (await api.post(f"/v1/programs/{program['id']}/rules", PER_DOLLAR | nothing)).status_code == 201


async def test_a_new_version_needs_the_version_that_was_read_and_the_old_one_stays(api: Api) -> None:
    program = await api.program()
    await api.rule(program["id"], code="base")
    place = f"/v1/programs/{program['id']}/rules/base"

    assert (await api.put(place, PER_DOLLAR | {"points": 2})).status_code == 428
    second = await api.put(place, PER_DOLLAR | {"points": 2}, headers={"If-Match": '"1"'})
    assert (second.status_code, second.headers["etag"], second.json()["points"]) == (200, '"2"', 2)
    assert (await api.put(place, PER_DOLLAR, headers={"If-Match": '"1"'})).status_code == 412

    versions = (await api.get(f"{place}/versions")).json()["items"]
    assert [(one["version"], one["points"], one["effective_from"] is None) for one in versions] == [
        (2, 2, False),
        (1, 1, True),
    ]


async def test_a_version_never_begins_in_the_past(api: Api) -> None:
    program = await api.program()
    await api.rule(program["id"], code="base")

    answer = await api.put(
        f"/v1/programs/{program['id']}/rules/base",
        PER_DOLLAR | {"effective_from": "2020-01-01T00:00:00Z"},
        headers={"If-Match": '"1"'},
    )

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/effective_from")


async def test_a_retired_rule_is_still_listed(api: Api) -> None:
    program = await api.program()
    place = f"/v1/programs/{program['id']}/rules"
    await api.rule(program["id"], code="b")
    await api.rule(program["id"], code="a")

    assert (await api.call("DELETE", f"{place}/a")).status_code == 204
    assert (await api.call("DELETE", f"{place}/a")).status_code == 204

    listed = (await api.get(place)).json()["items"]
    assert [(one["code"], one["version"], one["retired"]) for one in listed] == [("a", 2, True), ("b", 1, False)]


async def test_a_code_names_one_rule_of_a_programme(api: Api) -> None:
    program = await api.program()
    await api.rule(program["id"], code="base")

    answer = await api.post(f"/v1/programs/{program['id']}/rules", PER_DOLLAR)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "earning-rule-exists")


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"per": None}, ["/per"]),
        ({"per": {"amount": "1", "currency": "EUR"}}, ["/per/currency"]),
        ({"per": {"amount": "0", "currency": "USD"}}, ["/per/amount"]),
        ({"points": 0}, ["/points"]),
        ({"points": 1.5}, ["/points"]),
        ({"rounding": "up"}, ["/rounding"]),
        ({"kind": "per_visit"}, ["/kind"]),
        ({"kind": "birthday", "category": "books", "channel": "web"}, ["/category", "/channel", "/per"]),
        ({"survey_id": "0198a000-0000-7000-8000-000000000000"}, ["/survey_id"]),
        ({"kind": "survey", "per": None, "cap": {"per_purchase": 5}}, ["/cap/per_purchase"]),
        ({"window": {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}}, ["/window"]),
        ({"window": {"from": "2026-02-01T00:00:00"}}, ["/window/from"]),
        ({"multipliers": {"weekdays": {"someday": "2"}}}, ["/multipliers/weekdays/someday/[key]"]),
        ({"multipliers": {"tiers": {"gold": "-1"}}}, ["/multipliers/tiers/gold"]),
        ({"cap": {"per_week": 5}}, ["/cap/per_week"]),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_at_its_places(
    api: Api, changes: dict[str, Any], pointers: list[str]
) -> None:
    program = await api.program()

    answer = await api.post(f"/v1/programs/{program['id']}/rules", PER_DOLLAR | changes)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_refusals_of_rules_are_told_in_persian_too(api: Api) -> None:
    program = await api.program()

    answer = await api.post(
        f"/v1/programs/{program['id']}/rules", PER_DOLLAR | {"kind": "birthday"}, headers={"Accept-Language": "fa"}
    )

    assert answer.json()["errors"][0]["message"] == "برای این نوع قاعده معنایی ندارد"


@pytest.mark.parametrize("role", ["agent", "analyst", "service", "customer"])
async def test_only_the_management_writes_rules(api: Api, role: str) -> None:
    program = await api.program()

    assert (await api.post(f"/v1/programs/{program['id']}/rules", PER_DOLLAR, role=role)).status_code == 403
