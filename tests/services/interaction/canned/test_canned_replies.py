"""Canned replies over HTTP."""

from __future__ import annotations

from typing import Any

from tests.services.interaction.cases.support import opened
from tests.services.interaction.support import Api

HELLO: dict[str, Any] = {
    "code": "hello",
    "texts": {"fa": "سلام {{name}}", "en": "Dear {{name}}, about {{case.subject}} ({{case.number}})"},
    "fallbacks": {"fa": {"name": "دوست عزیز"}},
}


async def made(api: Api) -> None:
    """The canned reply is there."""
    answer = await api.post("/v1/canned-replies", HELLO, role="manager")
    assert (answer.status_code, answer.json()) == (201, HELLO | {"version": 1})


async def test_a_reply_is_rendered_for_a_case_in_the_callers_language(api: Api) -> None:
    await made(api)
    case = await opened(api, await api.customer())
    path, body = "/v1/canned-replies/hello/render", {"case_id": case["id"], "variables": {"name": "Sara"}}
    english = (await api.post(path, body)).json()
    assert english == {"code": "hello", "language": "en", "text": f"Dear Sara, about It is broken ({case['number']})"}
    persian = await api.post(path, body | {"variables": {}}, headers={"Accept-Language": "fa"})
    assert persian.json()["text"] == "سلام دوست عزیز"
    assert (await api.post(path, body | {"language": "fa"})).json()["text"] == "سلام Sara"


async def test_a_variable_that_nobody_gave_is_named(api: Api) -> None:
    await made(api)
    case = await opened(api, await api.customer())
    answer = await api.post("/v1/canned-replies/hello/render", {"case_id": case["id"]})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/variables/name"]


async def test_a_reply_is_changed_by_whoever_read_it(api: Api) -> None:
    await made(api)
    assert (await api.post("/v1/canned-replies", HELLO, role="manager")).status_code == 409
    changes, path = {"texts": {"en": "Hi"}}, "/v1/canned-replies/hello"
    changed = await api.call("PATCH", path, changes, role="manager", headers={"If-Match": '"1"'})
    assert changed.json() == HELLO | changes | {"version": 2}
    late = await api.call("PATCH", path, changes, role="manager", headers={"If-Match": '"1"'})
    assert late.status_code == 412
    items = (await api.get("/v1/canned-replies")).json()["items"]
    assert [item["version"] for item in items] == [2]


async def test_a_reply_without_any_text_is_refused(api: Api) -> None:
    answer = await api.post("/v1/canned-replies", HELLO | {"texts": {}}, role="manager")
    assert answer.status_code == 422
