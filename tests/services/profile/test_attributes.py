"""What a survey asks profile-service of a respondent: values by name, no more than was named."""

from __future__ import annotations

from typing import Any

import pytest

from hamdel.ids import new_id
from profile_service.attributes.domain import attribute
from profile_service.customers.domain import empty_document
from tests.services.profile.support import Api

PATH = "/internal/customers/attributes"


async def ask(api: Api, ids: list[str], *names: str) -> list[dict[str, Any]]:
    """The answers, as survey-service gets them."""
    answer = await api.as_role("service").call("POST", PATH, {"customer_ids": ids, "names": names})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_own_attributes_and_fields_of_the_record_are_told_by_name_in_the_order_asked(api: Api) -> None:
    sara = await api.create(
        name={"given": "سارا"}, gender="female", address={"city": "شیراز"}, tags=["vip"],
        attributes={"segment": "b2b", "visits": 7, "branch": {"id": 3}},
    )  # fmt: skip
    other, stranger = await api.create(), str(new_id())
    names = ("given_name", "city", "tags", "segment", "visits", "branch", "tier")
    assert await ask(api, [stranger, sara["id"], other["id"]], *names) == [
        {},
        {"given_name": "سارا", "city": "شیراز", "tags": ["vip"], "segment": "b2b", "visits": 7},
        {},
    ]
    assert await ask(api, [sara["id"]], "gender") == [{"gender": "female"}]


async def test_nobody_but_a_service_may_ask(api: Api) -> None:
    for role in ("admin", "agent", "customer"):
        body: dict[str, Any] = {"customer_ids": [], "names": []}
        answer = await api.as_role(role).call("POST", PATH, body)
        assert answer.status_code == 403, role


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("kind", "own", "own"),
        ("x", False, False),
        ("x", 0, 0),
        ("x", None, None),
        ("x", ["a", "b"], ["a", "b"]),
        ("x", [1], None),
        ("x", {"a": 1}, None),
        ("x", "a" * 501, None),
    ],
)
def test_what_can_be_compared_is_told_and_an_own_attribute_comes_before_a_field(
    name: str, value: Any, told: Any
) -> None:
    assert attribute(empty_document() | {"attributes": {name: value}}, name) == told
    assert attribute(empty_document("supplier"), "kind") == "supplier"
