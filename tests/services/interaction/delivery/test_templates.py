"""Message templates over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.interaction.support import Api

PATH = "/v1/message-templates"
TEMPLATE: dict[str, Any] = {
    "code": "birthday",
    "channel": "email",
    "purpose": "marketing",
    "texts": {
        "fa": {"subject": "تولدت مبارک", "body_text": "{{ name }}، {{ points }} امتیاز هدیه"},
        "en": {"subject": "Happy day", "body_text": "{{ name }}, {{ points }} points", "body_html": "<p>{{ name }}"},
    },
    "fallbacks": {"name": {"fa": "دوست", "en": "friend"}},
}  # fmt: skip


async def made(api: Api, **changes: Any) -> dict[str, Any]:
    """A new template."""
    answer = await api.post(PATH, TEMPLATE | changes, role="manager")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_template_is_read_as_it_was_written_with_what_a_sender_must_give(api: Api) -> None:
    template = await made(api)
    read = await api.get(f"{PATH}/{template['id']}")
    assert read.json() == template
    assert (read.headers["ETag"], template["required"], template["version"]) == ('"1"', ["points"], 1)
    assert template["texts"]["en"] == TEMPLATE["texts"]["en"]


async def test_a_change_is_a_new_version_and_the_old_one_stays(api: Api) -> None:
    template = await made(api)
    content = {name: value for name, value in TEMPLATE.items() if name not in ("code", "channel")}
    changed = content | {"texts": {"fa": {"subject": "x", "body_text": "{{ name }}"}}, "fallbacks": {}}
    path = f"{PATH}/{template['id']}"
    statuses = [
        (await api.call("PUT", path, changed, role="manager", headers=headers)).status_code
        for headers in ({}, {"If-Match": '"1"'}, {"If-Match": '"1"'})
    ]
    assert statuses == [428, 200, 412]
    versions = (await api.get(f"{path}/versions?limit=1")).json()
    older = (await api.get(f"{path}/versions?limit=1&cursor={versions['next_cursor']}")).json()
    assert [versions["items"][0]["version"], older["items"][0]["version"], older["next_cursor"]] == [2, 1, None]
    assert older["items"][0]["texts"] == template["texts"] | {"fa": template["texts"]["fa"]}


async def test_the_list_goes_through_every_template_once(api: Api) -> None:
    await made(api)
    await made(api, channel="sms", texts={"fa": {"body_text": "{{ name }}"}}, fallbacks={})
    found, cursor = [], ""
    while cursor is not None:
        page = (await api.get(f"{PATH}?limit=3{cursor}")).json()
        found += [(item["code"], item["channel"]) for item in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == sorted(found)
    assert [each for each in found if each[0] == "birthday"] == [("birthday", "email"), ("birthday", "sms")]
    assert ("survey-invitation", "email") in found


async def test_a_code_has_one_template_per_channel(api: Api) -> None:
    await made(api)
    answer = await api.post(PATH, TEMPLATE, role="manager")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:template-taken")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"texts": {"en": {"subject": "s", "body_text": "{{ name"}}, "fallbacks": {}}, "/texts/en/body_text"),
        ({"texts": {"en": {"subject": "{% x %}", "body_text": "b"}}, "fallbacks": {}}, "/texts/en/subject"),
        ({"fallbacks": {"nobody": {"fa": "x", "en": "x"}}}, "/fallbacks/nobody"),
        ({"fallbacks": {"name": {"fa": "x"}}}, "/fallbacks/name"),
        ({"texts": {}}, "/texts"),
        ({"texts": {"de": {"subject": "s", "body_text": "b"}}}, "/texts/de/[key]"),
        ({"channel": "letter"}, "/channel"),
        ({"code": "Not a code"}, "/code"),
        ({"texts": {"en": {"body_text": "without a subject"}}, "fallbacks": {}}, ""),
    ],
)
async def test_a_template_that_cannot_be_sent_is_refused_when_it_is_saved(
    api: Api, changes: dict[str, Any], pointer: str
) -> None:
    answer = await api.post(PATH, TEMPLATE | changes, role="manager")
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]


async def test_the_preview_is_the_message_as_it_would_leave(api: Api) -> None:
    path = f"{PATH}/{(await made(api))['id']}/preview"
    shown = (await api.post(path, {"language": "fa", "variables": {"points": 120}})).json()
    assert shown["subject"] == "تولدت مبارک"
    assert shown["body_text"] == "\u2068دوست\u2069، \u2068۱۲۰\u2069 امتیاز هدیه"
    assert '<html lang="fa" dir="rtl">' in shown["body_html"]


async def test_a_preview_without_a_variable_names_it(api: Api) -> None:
    path = f"{PATH}/{(await made(api))['id']}/preview"
    answer = await api.post(path, {"language": "fa"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hamdel:problem:missing-variable")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/variables/points"]


@pytest.mark.parametrize(("role", "status"), [("admin", 201), ("manager", 201), ("agent", 403), ("analyst", 403)])
async def test_the_office_writes_templates(api: Api, role: str, status: int) -> None:
    assert (await api.post(PATH, TEMPLATE, role=role)).status_code == status


@pytest.mark.parametrize("channel", ["email", "sms", "push"])
@pytest.mark.parametrize("code", ["survey-invitation", "thank-you"])
async def test_what_the_service_brings_along_can_be_shown_in_both_languages(api: Api, code: str, channel: str) -> None:
    items = (await api.get(f"{PATH}?limit=200")).json()["items"]
    (template,) = [each for each in items if (each["code"], each["channel"]) == (code, channel)]
    for language in ("fa", "en"):
        body = {"language": language, "variables": {"link": "https://crm.example/s/1"}}
        shown = await api.post(f"{PATH}/{template['id']}/preview", body)
        assert shown.status_code == 200, shown.text
        assert ("https://crm.example/s/1" in shown.json()["body_text"]) == (code == "survey-invitation")
