"""Drafts over HTTP: making, reading, listing and changing them."""

from __future__ import annotations

from uuid import uuid4

import pytest

from survey_service.definition.schema import definition_schema
from survey_service.main import TITLES
from tests.services.survey.support import Api, question, survey

PERSIAN = {"Accept-Language": "fa"}


async def test_a_new_survey_is_a_draft(api: Api) -> None:
    given = survey(languages=["fa", "en"], recontact_days=90)
    answer = await api.post("/v1/surveys", given)
    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert (made["status"], made["current_version"], made["published_at"]) == ("draft", None, None)
    assert {name: made[name] for name in given} == given
    assert (answer.headers["ETag"], made["version"]) == ('"1"', 1)


async def test_what_was_made_is_read_back(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    answer = await api.get(f"/v1/surveys/{made['id']}", role="analyst")
    assert answer.json() == made
    assert answer.headers["ETag"] == '"1"'


async def test_a_code_is_taken_once(api: Api) -> None:
    given = survey()
    await api.post("/v1/surveys", given)
    again = await api.post("/v1/surveys", given)
    assert again.status_code == 409
    assert again.json()["type"] == "urn:hamdel:problem:survey-exists"


async def test_a_draft_that_makes_no_sense_is_refused_with_places_in_persian_too(api: Api) -> None:
    given = survey([question("q", "nps", show_if={"question": "gone", "op": "gt", "value": 1})])
    answer = await api.call("POST", "/v1/surveys", given, headers=PERSIAN)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/pages/0/questions/0/show_if/question", "message": "چنین پرسشی وجود ندارد"}
    ]


async def test_a_draft_is_changed_by_a_merge_patch(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey(recontact_days=90, late="refuse"))).json()
    patch = {"title": {"en": "Other"}, "recontact_days": None}
    answer = await api.patch(f"/v1/surveys/{made['id']}", patch, 1)
    changed = answer.json()
    assert answer.status_code == 200, answer.text
    assert changed["title"] == {"fa": "نظرسنجی", "en": "Other"}
    assert "recontact_days" not in changed
    assert (changed["late"], changed["version"]) == ("refuse", 2)
    assert (await api.get(f"/v1/surveys/{made['id']}")).json() == changed


async def test_a_stale_change_is_refused_and_changes_nothing(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    await api.patch(f"/v1/surveys/{made['id']}", {"late": "refuse"}, 1)
    stale = await api.patch(f"/v1/surveys/{made['id']}", {"calendar": "jalali"}, 1)
    assert stale.status_code == 412
    assert [error["pointer"] for error in stale.json()["errors"]] == ["/calendar"]
    assert "calendar" not in (await api.get(f"/v1/surveys/{made['id']}")).json()


async def test_a_change_needs_the_version_it_was_made_of(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    answer = await api.call("PATCH", f"/v1/surveys/{made['id']}", {"late": "refuse"})
    assert answer.status_code == 428


async def test_a_change_that_makes_no_sense_is_refused(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    answer = await api.patch(f"/v1/surveys/{made['id']}", {"pages": []}, 1)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/pages"]


async def test_the_code_is_fixed(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    answer = await api.patch(f"/v1/surveys/{made['id']}", {"code": "other"}, 1)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/code"]


async def test_surveys_are_listed_page_by_page_in_the_order_of_their_codes(api: Api) -> None:
    for code in ("b", "c", "a"):
        await api.post("/v1/surveys", survey(code=code))
    first = (await api.get("/v1/surveys?limit=2")).json()
    second = (await api.get(f"/v1/surveys?limit=2&cursor={first['next_cursor']}")).json()
    assert [item["code"] for item in first["items"]] == ["a", "b"]
    assert [item["code"] for item in second["items"]] == ["c"]
    assert second["next_cursor"] is None
    assert first["items"][0]["title"] == {"fa": "نظرسنجی", "en": "Survey"}
    assert "pages" not in first["items"][0]


async def test_the_schema_of_a_definition_is_served(api: Api) -> None:
    answer = await api.get("/v1/surveys/schema", role="agent")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json() == definition_schema()


async def test_a_definition_is_at_most_256_kib(api: Api) -> None:
    words = "x" * 5_000
    large = survey([question(f"q{number}", "nps", text=words) for number in range(53)])
    answer = await api.post("/v1/surveys", large)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == ""


async def test_nul_in_a_definition_is_refused(api: Api) -> None:
    answer = await api.post("/v1/surveys", survey(title={"fa": "a\x00"}))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/title/fa"]


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("POST", "/publish"),
        ("POST", "/close"),
        ("GET", "/versions"),
        ("GET", "/completeness"),
    ],
)
async def test_an_unknown_survey_is_404(api: Api, method: str, rest: str) -> None:
    body: dict[str, str] | None = {} if method == "PATCH" else None
    answer = await api.call(method, f"/v1/surveys/{uuid4()}{rest}", body, headers={"If-Match": '"1"'})
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:hamdel:problem:unknown-survey"


@pytest.mark.parametrize("role", ["agent", "analyst", "service", "customer"])
async def test_only_the_office_writes_surveys(api: Api, role: str) -> None:
    made = (await api.post("/v1/surveys", survey(), role="manager")).json()
    for method, rest in (("POST", ""), ("PATCH", f"/{made['id']}"), ("POST", f"/{made['id']}/publish")):
        assert (await api.call(method, f"/v1/surveys{rest}", survey(), role=role)).status_code == 403
    seen = (await api.get(f"/v1/surveys/{made['id']}", role=role)).status_code
    assert seen == (403 if role == "customer" else 200)


def test_every_problem_of_surveys_has_words_in_both_languages() -> None:
    assert all(english.isascii() and not persian.isascii() for english, persian in TITLES.values())
