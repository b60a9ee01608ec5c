"""One identifier in its many spellings, in the path of a lookup."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.services.profile.support import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAME_IDENTIFIER = [
    ("phone", "+98 912 345 6789", "+989123456789"),
    ("phone", "021-8877 6655", "۰۰۹۸۲۱۸۸۷۷۶۶۵۵"),
    ("phone", "+1 650 253 0000 ext. 7", "+16502530000;ext=7"),
    ("organization_id", "10380284790", "۱۰۳-۸۰۲۸۴۷۹-۰"),
    ("national_id", "0012345679", "۱۲۳-۴۵۶۷۹"),
    ("email", "Sara@Example.com", "sara@EXAMPLE.com"),
    ("social:telegram", "@كاربر", "@کاربر"),
    ("external:shop", "a/b/c+d e", "a/b/c+d e"),
    ("external:shop", "100%", "100%"),
    ("external:shop", "00042", "00042"),
    ("external:shop", "x/view", "x/view"),
    ("cookie", "?a=1&b#c", "?a=1&b#c"),
]


@pytest.mark.parametrize(("type_", "given", "asked"), SAME_IDENTIFIER)
async def test_a_customer_is_found_by_any_spelling_of_an_identifier(
    shared_api: Api, type_: str, given: str, asked: str
) -> None:
    made = await shared_api.create(identifiers=[{"type": type_, "value": given}])
    answer = await shared_api.get(f"/v1/customers/by/{type_}/{quote(asked, safe='')}")
    assert (answer.status_code, answer.json()) == (200, made)
    assert answer.headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    "path",
    ["fax/1", "phone/%20", "phone/1234", "national_id/0012345678", "card/null", "phone/a%00b", "cookie/" + "x" * 300],
)
async def test_a_lookup_that_cannot_name_anybody_is_refused(shared_api: Api, path: str) -> None:
    assert (await shared_api.get(f"/v1/customers/by/{path}")).status_code == 422
