"""Finding a customer by its code, however it is dictated and typed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio

from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def first(shared_api: Api) -> dict[str, Any]:
    """The first customer of a database, whose code is known: number 1 and its check digit."""
    made = await shared_api.create(identifiers=[{"type": "phone", "value": "+989123456789"}])
    assert made["code"] == "618033991"
    return made


@pytest.mark.parametrize(
    "typed", ["618033991", "6180-3399 1", " 618 033 991 ", "۶۱۸ ۰۳۳–۹۹۱", "٦١٨٠٣٣٩٩١", "6180\u200c33991"]
)
async def test_a_customer_is_found_by_its_code_however_it_is_typed(
    shared_api: Api, first: dict[str, Any], typed: str
) -> None:
    answer = await shared_api.get(f"/v1/customers/by/code/{quote(typed, safe='')}")
    assert (answer.status_code, answer.json()) == (200, first)


async def test_a_code_nobody_has_is_not_found(shared_api: Api) -> None:
    assert (await shared_api.get("/v1/customers/by/code/000000000")).status_code == 404


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("618033992", "the check digit does not fit: a digit is wrong, or two have changed places"),
        ("681033991", "the check digit does not fit: a digit is wrong, or two have changed places"),
        ("61803399", "has not 9 digits"),
        ("6180339910", "has not 9 digits"),
        ("61803399a", "has not 9 digits"),
        ("೬18033991", "has not 9 digits"),
    ],
)
async def test_a_code_that_cannot_be_one_is_refused_with_the_reason(shared_api: Api, typed: str, message: str) -> None:
    answer = await shared_api.get(f"/v1/customers/by/code/{quote(typed)}")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hamdel:problem:invalid-code")
    assert answer.json()["errors"] == [{"pointer": "/path/code", "message": message}]


async def test_a_wrong_code_is_explained_in_persian(shared_api: Api) -> None:
    answer = await shared_api.get("/v1/customers/by/code/618033992", **{"Accept-Language": "fa"})
    assert answer.json()["title"] == "کد مشتری درست نیست"
    assert "رقم کنترل" in answer.json()["errors"][0]["message"]


async def test_agents_see_masked_identifiers_behind_a_code(shared_api: Api, first: dict[str, Any]) -> None:
    answer = await shared_api.as_role("agent").get(f"/v1/customers/by/code/{first['code']}")
    assert answer.json()["identifiers"][0]["value"] == "*********6789"


async def test_a_code_cannot_be_set_or_changed(shared_api: Api) -> None:
    made = await shared_api.create()
    created = await shared_api.call("POST", "/v1/customers", {"code": "618033991"})
    patched = await shared_api.patch(made["id"], 1, {"code": "618033991"})
    assert (created.status_code, pointers(created)) == (422, ["/code"])
    assert (patched.status_code, pointers(patched)) == (422, ["/code"])
