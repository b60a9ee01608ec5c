"""What a create or a patch refuses, and how it says where."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEEP = {"a": {"b": {"c": {"d": {"e": 1}}}}}

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"consents": [{"purpose": "a", "channel": "sms", "status": "granted"}]}, "/consents/0/source"),
    ({"kind": "robot"}, "/kind"),
    ({"name": {"first": "x"}}, "/name/first"),
    ({"name": {"given": ""}}, "/name/given"),
    ({"name": {"given": "a\u0000b"}}, "/name/given"),
    ({"birth_date": "2999-01-01"}, "/birth_date"),
    ({"birth_date": "1990-02-30"}, "/birth_date"),
    ({"birth_date": 0}, "/birth_date"),
    ({"birth_date": "1990-05-17T00:00:00Z"}, "/birth_date"),
    ({"address": {"country": "Iran"}}, "/address/country"),
    ({"address": {"country": "ir"}}, "/address/country"),
    ({"location": {"lat": 90.5, "lon": 0}}, "/location/lat"),
    ({"location": {"lat": 0, "lon": -181}}, "/location/lon"),
    ({"location": {"lat": 1}}, "/location/lon"),
    ({"language": "persian language"}, "/language"),
    ({"timezone": "Asia/Atlantis"}, "/timezone"),
    ({"tags": ["x" * 65]}, "/tags/0"),
    ({"tags": ["x"] * 101}, "/tags"),
    ({"interests": [1]}, "/interests/0"),
    ({"attributes": []}, "/attributes"),
    ({"attributes": {**DEEP, "a": {"b": {"c": {"d": {"e": {}}}}}}}, "/attributes"),
    ({"attributes": {"a": "x" * 16_384}}, "/attributes"),
    ({"attributes": {"a": 2**63}}, "/attributes"),
    ({"attributes": {"a": [1e300]}}, "/attributes"),
    ({"attributes": {"a": {"b": ["x\u0000"]}}}, "/attributes/a/b/0"),
    ({"preferences": {"k\u0000": 1}}, "/preferences"),
    ({"identifiers": [{"type": "fax", "value": "1"}]}, "/identifiers/0/type"),
    ({"identifiers": [{"type": "external:a b", "value": "1"}]}, "/identifiers/0/type"),
    ({"identifiers": [{"type": "phone", "value": ""}]}, "/identifiers/0/value"),
    ({"identifiers": [{"type": "phone", "value": " \u200c "}]}, "/identifiers/0/value"),
    ({"identifiers": [{"type": "cookie", "value": "x" * 257}]}, "/identifiers/0/value"),
    ({"identifiers": [{"type": "cookie", "value": "\ufdfa" * 200}]}, "/identifiers/0/value"),
    ({"identifiers": [{"type": "phone"}]}, "/identifiers/0/value"),
]


@pytest.mark.parametrize(("body", "pointer"), REFUSED)
async def test_a_value_that_is_not_allowed_is_refused_with_its_place(
    shared_api: Api, body: dict[str, Any], pointer: str
) -> None:
    answer = await shared_api.call("POST", "/v1/customers", body)
    assert answer.status_code == 422
    assert pointer in pointers(answer)


@pytest.mark.parametrize("body", [b"{", b'{"name": {"given": "\\ud800"}}', b'{"attributes": {"a": NaN}}', b"\xff"])
async def test_a_body_that_is_not_json_text_is_malformed(shared_api: Api, body: bytes) -> None:
    assert (await shared_api.call("POST", "/v1/customers", body)).status_code == 400


DEEP_PATCH = b'{"attributes":' + b'{"a":' * 900 + b"1" + b"}" * 901

REFUSED_PATCHES: list[tuple[Any, str]] = [
    ({"kind": None}, "/kind"),
    ({"identifiers": []}, "/identifiers"),
    ({"version": 9}, "/version"),
    ({"name": {"first": "x"}}, "/name/first"),
    ({"location": {"lat": 1}}, "/location/lon"),
    ({"birth_date": "2999-01-01"}, "/birth_date"),
    ({"attributes": {"b": "x" * 9000}}, "/attributes"),
    (DEEP_PATCH, ""),
    ([], ""),
]


@pytest.mark.parametrize(("body", "pointer"), REFUSED_PATCHES)
async def test_a_patch_whose_outcome_is_not_allowed_is_refused_with_its_place(
    shared_api: Api, body: Any, pointer: str
) -> None:
    made = await shared_api.create(attributes={"a": "x" * 9000})
    answer = await shared_api.patch(made["id"], 1, body)
    assert answer.status_code == 422
    assert pointer in pointers(answer)
