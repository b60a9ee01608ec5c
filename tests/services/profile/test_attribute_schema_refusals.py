"""Attribute schemas that are not accepted over HTTP, and callers that may not set one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/v1/attribute-schema"


@pytest.mark.parametrize("role", ["manager", "agent", "analyst", "service", "customer"])
async def test_only_an_admin_sets_the_schema(shared_api: Api, role: str) -> None:
    assert (await shared_api.as_role(role).call("PUT", PATH, {"schema": {}})).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/schema"),
        ({"schema": []}, "/schema"),
        ({"schema": {}, "extra": 1}, "/extra"),
        ({"schema": {"type": "objekt"}}, "/schema/type"),
        ({"schema": {"$ref": "https://example.com/x"}}, "/schema/$ref"),
        ({"schema": {"description": "x" * 33_000}}, "/schema"),
        ({"schema": {"properties": {"a": {"pattern": "("}}}}, "/schema/properties/a/pattern"),
        (b'{"schema":' + b'{"not":' * 30 + b"{}" + b"}" * 31, "/schema"),
    ],
)
async def test_a_schema_that_is_not_accepted_is_refused_with_its_place(
    shared_api: Api, body: Any, pointer: str
) -> None:
    answer = await shared_api.call("PUT", PATH, body)
    assert answer.status_code == 422
    assert pointer in pointers(answer)
    assert (await shared_api.get(PATH)).status_code == 404
