"""What the pages are made of: headers, languages, states, and that nothing hostile gets in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hamdel.clock import utc_now
from hamdel.http import Unavailable
from tests.services.survey.pages.support import Shown, at_link, invited, kept, titles
from tests.services.survey.support import Api, question, survey

HOSTILE = "\"><script>alert('x')</script><img src=x onerror=alert(1)>"


async def test_a_page_runs_nothing_takes_nothing_from_elsewhere_and_is_kept_nowhere(api: Api) -> None:
    page = await (await at_link(api, await api.survey(survey()))).open()
    policy = str(page.answer.headers["content-security-policy"])
    assert policy.startswith("default-src 'none'; style-src 'self';")
    assert "unsafe" not in policy
    assert (page.answer.headers["referrer-policy"], page.answer.headers["cache-control"]) == ("no-referrer", "no-store")
    assert not page.all("script")
    assert not any("style" in has or any(name.startswith("on") for name in has) for _, has in page.tags)


async def test_the_style_sheet_has_its_hash_in_its_name_and_is_kept_for_ever(api: Api) -> None:
    page = await (await at_link(api, await api.survey(survey()))).open()
    (sheet,) = page.all("link", rel="stylesheet")
    found = await api.client.get(str(sheet["href"]))
    assert (found.status_code, found.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in found.headers["cache-control"]
    assert (await api.client.get("/s/assets/survey-0000000000000000.css")).status_code == 404


@pytest.mark.parametrize(
    ("language", "direction", "progress"), [("fa", "rtl", "صفحهٔ ۱ از ۲"), ("en", "ltr", "Page 1 of 2")]
)
async def test_each_language_has_its_direction_and_digits(
    api: Api, language: str, direction: str, progress: str
) -> None:
    survey_id = await api.survey(survey([question("nps", "nps")], [question("t", "text")]))
    page = await (await at_link(api, survey_id)).open(f"?lang={language}")
    (root,) = page.all("html")
    assert (root["lang"], root["dir"]) == (language, direction)
    assert progress in page.text
    assert ("۱۰" in page.text) is (language == "fa")


async def test_changing_the_language_keeps_what_was_answered(api: Api) -> None:
    survey_id = await api.survey(survey([question("nps", "nps"), question("t", "text")]))
    respondent = await at_link(api, survey_id, "fa")
    page = await respondent.send(await respondent.open(), {"a.nps": "4", "a.t": "سلام"}, go="lang:en")
    assert page.all("html")[0]["lang"] == "en"
    assert page.checked == [("a.nps", "4")]
    assert "سلام" in page.text


async def test_a_survey_in_one_language_offers_no_other(api: Api) -> None:
    asked = [question("t", "text", text={"en": "Why"})]
    page = await (await at_link(api, await api.survey(survey(asked, title={"en": "One"}, languages=["en"])))).open(
        "?lang=fa"
    )
    assert page.all("html")[0]["lang"] == "en"
    assert not page.all("button", **{"class": "switch"})


async def test_hostile_texts_and_answers_are_text(api: Api) -> None:
    options = [{"id": "o1", "text": HOSTILE}, {"id": "o2", "text": "b"}]
    asked = [
        question("c", "single_choice", text=HOSTILE, options=options),
        question("t", "text"),
        question("n", "number"),
    ]
    respondent = await at_link(api, await api.survey(survey(asked, title={"any": HOSTILE})))
    page = await respondent.send(await respondent.open(), {"a.t": "</textarea>" + HOSTILE, "a.n": HOSTILE})
    assert page.answer.status_code == 422
    assert page.all("input", name="a.n")[0]["value"] == HOSTILE
    assert not page.all("script")
    assert not page.all("img")


async def test_a_form_that_was_not_made_here_is_refused(api: Api) -> None:
    survey_id = await api.survey(survey())
    respondent = await at_link(api, survey_id)
    page = await respondent.open()
    for change in (
        {"form": "x" * 24},
        {"form": ""},
        {"response": "0199f5a0-0000-4000-8000-000000000001"},
        {"response": "?"},
    ):
        refused = await respondent.post(page.hidden | change, {"a.nps": "9"})
        assert refused.status_code == 403
    other = await at_link(api, survey_id)
    assert (await other.post(page.hidden, {"a.nps": "9"})).status_code == 403
    assert await kept(api, survey_id) == []


async def test_an_unknown_link_is_404_in_both_languages(api: Api) -> None:
    persian = Shown(await api.client.get("/s/nothing"))
    english = Shown(await api.client.get("/s/nothing", headers={"Accept-Language": "en"}))
    assert (persian.answer.status_code, english.answer.status_code) == (404, 404)
    assert "این پیوند شناخته نشد" in persian.text
    assert "We do not know this link" in english.text


async def test_while_the_database_is_away_people_are_asked_to_come_back(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    respondent = await at_link(api, await api.survey(survey()))

    async def away(*given: object) -> None:
        raise Unavailable("database-unavailable")

    monkeypatch.setattr("survey_service.pages.routes.visit_of", away)
    page = await respondent.open("?lang=en")
    assert (page.answer.status_code, page.answer.headers["retry-after"]) == (503, "1")
    assert "Please try again in a moment." in page.text


async def test_an_expired_link_and_a_closed_survey_are_gone(api: Api) -> None:
    survey_id = await api.survey(survey())
    open_link = await at_link(api, survey_id)
    brief = await at_link(api, survey_id, expires_at=utc_now() + timedelta(milliseconds=1))
    await api.rows("SELECT pg_sleep(1.1)")
    expired = await brief.open()
    page = await open_link.open()
    assert (await api.post(f"/v1/surveys/{survey_id}/close")).status_code == 200
    closed = await open_link.open("?lang=en")
    late = await open_link.send(page, {"a.nps": "9"})
    assert [one.answer.status_code for one in (expired, closed, late)] == [410, 410, 410]
    assert "مهلت پاسخ گذشته است" in expired.text
    assert "This survey is closed" in closed.text


async def test_an_invitation_is_answered_once(api: Api) -> None:
    survey_id = await api.survey(survey())
    respondent = await invited(api, survey_id)
    page = await respondent.open()
    thanked = await respondent.send(page, {"a.nps": "9"})
    clicked_twice = await respondent.send(page, {"a.nps": "9"})
    changed = await respondent.send(page, {"a.nps": "2"})
    reopened = await respondent.open()
    assert "سپاس از شما" in thanked.text
    assert "سپاس از شما" in clicked_twice.text
    assert "پیش‌تر پاسخ داده‌اید" in changed.text
    assert "پیش‌تر پاسخ داده‌اید" in reopened.text
    assert await kept(api, survey_id) == [("finished", {"nps": {"value": 9}})]


async def test_a_form_of_an_older_window_does_not_overwrite_and_says_so(api: Api) -> None:
    survey_id = await api.survey(survey([question("nps", "nps")], [question("t", "text")]))
    respondent = await invited(api, survey_id)
    older = await respondent.open()
    await respondent.send(await respondent.open(), {"a.nps": "9"})
    told = await respondent.send(older, {"a.nps": "1"})
    assert "پنجره‌ای دیگر" in told.text
    assert told.checked == [("a.nps", "9")]
    assert await kept(api, survey_id) == [("open", {"nps": {"value": 9}})]


async def test_an_anonymous_survey_keeps_nothing_that_leads_back_to_the_invitation(api: Api) -> None:
    survey_id = await api.survey(survey(anonymous=True))
    respondent = await invited(api, survey_id)
    page = await respondent.open()
    assert page.hidden["response"] != (await respondent.open()).hidden["response"]
    thanked = await respondent.send(page, {"a.nps": "9"})
    assert "سپاس از شما" in thanked.text
    assert "پیش‌تر پاسخ داده‌اید" in (await respondent.open()).text
    query = "SELECT id::text, customer_id, invitation_id FROM responses"
    ((stored_id, customer, invitation),) = await api.rows(query)
    assert (customer, invitation) == (None, None)
    assert stored_id != page.hidden["response"]


async def test_many_may_answer_at_one_link(api: Api) -> None:
    survey_id = await api.survey(survey())
    respondent = await at_link(api, survey_id)
    for _ in range(2):
        await respondent.send(await respondent.open(), {"a.nps": "9"})
    assert len(await kept(api, survey_id)) == 2
    assert "نظرسنجی" in titles(await respondent.open())


async def test_a_link_does_not_open_what_a_customer_has_answered(api: Api) -> None:
    survey_id = await api.survey(survey([question("t", "text"), question("n", "nps")], [question("c", "csat")]))
    known = await invited(api, survey_id)
    page = await known.open()
    await known.send(page, {"a.t": "between us"})
    other = await at_link(api, survey_id)
    assert "between us" in (await known.open("?page=p1")).text
    assert "between us" not in (await other.open(f"?page=p1&r={page.hidden['response']}")).text
