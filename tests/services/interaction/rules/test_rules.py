"""Rules as their authors see them: written, changed, refused and switched off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.interaction.rules.writing import CALL, changed
from tests.services.interaction.support import Api


async def test_a_rule_is_made_and_read(api: Api) -> None:
    answer = await api.post("/v1/rules", CALL, role="manager")
    assert answer.status_code == 201, answer.text
    found = answer.json()
    wanted = CALL | {"on": "interaction.purchase_recorded.v1", "active": True, "version": 1, "max_age_days": None}
    assert {name: found[name] for name in wanted} == wanted
    read = await api.get("/v1/rules/satisfaction-call")
    assert (read.json(), read.headers["ETag"]) == (found, '"1"')


async def test_a_code_is_taken_once(api: Api) -> None:
    await api.post("/v1/rules", CALL, role="manager")
    again = await api.post("/v1/rules", CALL, role="manager")
    assert (again.status_code, again.json()["type"]) == (409, "urn:hamdel:problem:rule-exists")


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"on": "interaction.nothing_happened"}, ["/on"]),
        ({"code": "Not A Code"}, ["/code"]),
        ({"when": {"field": "total.amount", "op": "gt", "value": 0.5}}, ["/when/value"]),
        ({"delay": {"business_minutes": 60, "calendar": "nowhere"}}, ["/delay/calendar"]),
        ({"action": {"kind": "create_task", "title": "t", "owner_id": "o", "colour": "red"}}, ["/action/colour"]),
        ({"action": {"kind": "send_message", "template": "t", "channel": "fax", "purpose": "p"}}, ["/action/channel"]),
        ({"when": {"field": "channel", "op": "in", "value": ["x" * 40_000]}}, [""]),
    ],
)
async def test_a_wrong_rule_is_refused_with_its_place(api: Api, changes: dict[str, Any], pointers: list[str]) -> None:
    answer = await api.post("/v1/rules", CALL | changes, role="manager")
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_a_refusal_speaks_persian(api: Api) -> None:
    headers = {"Accept-Language": "fa"}
    answer = await api.post("/v1/rules", CALL | {"on": "no.fact"}, role="manager", headers=headers)
    assert answer.json()["errors"][0]["message"] == "چنین رویدادی وجود ندارد"


async def test_a_rule_is_written_anew_and_changed_in_part(api: Api) -> None:
    await api.post("/v1/rules", CALL, role="manager")
    body = {name: CALL[name] for name in ("on", "action")}
    assert (await api.call("PUT", "/v1/rules/satisfaction-call", body, role="manager")).status_code == 428
    anew = (await changed(api, "PUT", "satisfaction-call", 1, body)).json()
    assert (anew["when"], anew["delay"], anew["version"]) == (None, None, 2)
    part = (await changed(api, "PATCH", "satisfaction-call", 2, {"delay": "P1D", "active": False})).json()
    assert (part["delay"], part["active"], part["action"], part["version"]) == ("P1D", False, CALL["action"], 3)
    assert (await changed(api, "PATCH", "satisfaction-call", 2, {"active": True})).status_code == 412
    refused = await changed(api, "PATCH", "satisfaction-call", 3, {"action": {"kind": "dance"}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/action/kind")


async def test_deleting_a_rule_deactivates_it(api: Api) -> None:
    await api.post("/v1/rules", CALL, role="manager")
    for _ in range(2):
        assert (await api.call("DELETE", "/v1/rules/satisfaction-call", role="manager")).status_code == 204
    found = (await api.get("/v1/rules/satisfaction-call")).json()
    assert (found["active"], found["version"]) == (False, 2)


async def test_two_rules_are_there_from_the_beginning(api: Api) -> None:
    first = (await api.get("/v1/rules?limit=1")).json()
    second = (await api.get(f"/v1/rules?limit=1&cursor={first['next_cursor']}")).json()
    found = [*first["items"], *second["items"]]
    assert [(one["code"], one["active"]) for one in found] == [
        ("detractor-case", True),
        ("thank-you-after-purchase", False),
    ]
    assert second["next_cursor"] is None


async def test_what_a_new_rule_says_can_be_said_of_the_first_ones_too(api: Api) -> None:
    """The seeds were written by hand in SQL: each must pass the same checks as a rule of today."""
    for code in ("detractor-case", "thank-you-after-purchase"):
        found = (await api.get(f"/v1/rules/{code}")).json()
        body = {name: found[name] for name in ("on", "when", "delay", "max_age_days", "action")}
        assert (await changed(api, "PUT", code, 1, body)).status_code == 200


async def test_agents_read_rules_and_do_not_write_them(api: Api) -> None:
    assert (await api.post("/v1/rules", CALL)).status_code == 403
    assert (await api.get("/v1/rules")).status_code == 200
    assert (await api.get("/v1/rules/nothing")).json()["type"] == "urn:hamdel:problem:unknown-rule"
