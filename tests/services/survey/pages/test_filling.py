"""Filling in a survey page by page, without a script and without a browser."""

from __future__ import annotations

from tests.services.survey.pages.support import at_link, invited, kept, titles
from tests.services.survey.support import Api, question, survey

WHY = question("why", "text", show_if={"question": "nps", "op": "lte", "value": 6})


def two_pages() -> dict[str, object]:
    """NPS, and then why or what was good."""
    good = question("good", "text", show_if={"question": "nps", "op": "gte", "value": 9})
    return survey([question("nps", "nps", required=True)], [WHY, good, question("more", "multiple_choice")])


async def test_a_response_is_kept_step_by_step_and_finished_with_thanks(api: Api) -> None:
    survey_id = await api.survey(two_pages())
    respondent = await invited(api, survey_id)
    second = await respondent.send(await respondent.open(), {"a.nps": "3"})
    assert await kept(api, survey_id) == [("open", {"nps": {"value": 3}})]
    assert second.names == {"a.why", "d.why", "a.more", "d.more", "go"} - {"go"}
    end = await respondent.send(second, {"a.why": "سرد بود", "a.more": ["o1", "o3"]})
    assert "سپاس از شما" in end.text
    answers = {"nps": {"value": 3}, "why": {"text": "سرد بود"}, "more": {"options": ["o1", "o3"]}}
    assert await kept(api, survey_id) == [("finished", answers)]


async def test_opening_the_link_again_goes_on_where_the_respondent_stopped(api: Api) -> None:
    respondent = await invited(api, await api.survey(two_pages()))
    await respondent.send(await respondent.open(), {"a.nps": "3"})
    again = await respondent.open()
    assert again.hidden["page"] == "p2"
    first = await respondent.open("?page=p1")
    assert first.checked == [("a.nps", "3")]


async def test_an_answer_of_a_branch_that_was_left_is_not_kept(api: Api) -> None:
    survey_id = await api.survey(two_pages())
    respondent = await invited(api, survey_id)
    second = await respondent.send(await respondent.open(), {"a.nps": "3"})
    first = await respondent.send(second, {"a.why": "cold"}, go="back")
    assert first.hidden["page"] == "p1"
    other = await respondent.send(first, {"a.nps": "9"})
    assert "a.why" not in other.names
    await respondent.send(other, {"a.good": "warm"})
    assert await kept(api, survey_id) == [("finished", {"nps": {"value": 9}, "good": {"text": "warm"}})]


async def test_a_question_that_an_answer_brings_onto_its_own_page_is_shown_before_going_on(api: Api) -> None:
    survey_id = await api.survey(survey([question("nps", "nps", required=True), WHY]))
    respondent = await invited(api, survey_id)
    same = await respondent.send(await respondent.open(), {"a.nps": "3"})
    assert same.hidden["page"] == "p1"
    assert "a.why" in same.names
    await respondent.send(same, {"a.nps": "3", "a.why": "cold"})
    assert await kept(api, survey_id) == [("finished", {"nps": {"value": 3}, "why": {"text": "cold"}})]


async def test_what_is_required_is_asked_for_at_the_top_and_at_the_question(api: Api) -> None:
    survey_id = await api.survey(two_pages())
    respondent = await invited(api, survey_id)
    page = await respondent.send(await respondent.open(), {})
    assert page.answer.status_code == 422
    assert page.all("a", href="#f-nps")
    assert page.all("fieldset", id="q-nps")[0]["aria-describedby"] == "fault-nps"
    assert titles(page).count("لطفاً به این پرسش پاسخ دهید") == 2
    assert await kept(api, survey_id) == []


async def test_what_was_written_comes_back_with_the_fault(api: Api) -> None:
    number = question("n", "number", scale={"min": 1, "max": 10})
    respondent = await at_link(api, await api.survey(survey([number, question("t", "text")])), "en")
    page = await respondent.send(await respondent.open(), {"a.n": "many", "a.t": "kept"})
    assert page.all("input", name="a.n")[0]["value"] == "many"
    assert page.all("input", name="a.n")[0]["aria-invalid"] == "true"
    assert "Please write a number" in page.text
    assert "kept" in page.text


async def test_numbers_may_have_persian_digits(api: Api) -> None:
    survey_id = await api.survey(survey([question("n", "number", scale={"min": 1, "max": 2000})]))
    respondent = await at_link(api, survey_id)
    page = await respondent.open()
    assert "عددی از ۱ تا ۲۰۰۰" in page.text
    await respondent.send(page, {"a.n": "۱٬۴۰۳"})
    assert await kept(api, survey_id) == [("finished", {"n": {"value": 1403}})]


async def test_a_jalali_date_is_stored_as_the_gregorian_day(api: Api) -> None:
    survey_id = await api.survey(survey([question("d", "date")], [question("t", "text")], calendar="jalali"))
    respondent = await invited(api, survey_id)
    page = await respondent.open()
    assert "اسفند" in page.text
    await respondent.send(page, {"a.d.day": "30", "a.d.month": "12", "a.d.year": "1403"})
    assert await kept(api, survey_id) == [("open", {"d": {"date": "2025-03-20"}})]
    assert [one for _, one in (await respondent.open("?page=p1")).checked] == ["30", "12", "1403"]


async def test_a_day_that_is_not_in_the_calendar_or_half_chosen_is_refused(api: Api) -> None:
    survey_id = await api.survey(survey([question("d", "date")], calendar="jalali"))
    respondent = await at_link(api, survey_id)
    page = await respondent.open()
    wrong = await respondent.send(page, {"a.d.day": "30", "a.d.month": "12", "a.d.year": "1404"})
    half = await respondent.send(page, {"a.d.day": "", "a.d.month": "12", "a.d.year": "1404"})
    assert "چنین روزی در تقویم نیست" in wrong.text
    assert "روز و ماه و سال را برگزینید" in half.text


async def test_an_optional_question_can_be_dismissed_whatever_was_chosen_before(api: Api) -> None:
    survey_id = await api.survey(survey([question("c", "csat"), question("t", "text"), question("l", "likert")]))
    respondent = await at_link(api, survey_id)
    answers = {"a.c": "-", "d.t": "1", "a.t": "no", "a.l.r1": "o1", "a.l.r2": "o2"}
    await respondent.send(await respondent.open(), dict(answers))
    found = {"c": {"dismissed": True}, "t": {"dismissed": True}, "l": {"rows": {"r1": "o1", "r2": "o2"}}}
    assert await kept(api, survey_id) == [("finished", found)]


async def test_a_required_consent_must_be_given_and_a_free_one_may_be_left(api: Api) -> None:
    asked = [question("must", "consent", required=True), question("may", "consent"), question("s", "statement")]
    survey_id = await api.survey(survey(asked))
    respondent = await at_link(api, survey_id, "en")
    refused = await respondent.send(await respondent.open(), {})
    assert "This consent is needed to go on" in refused.text
    await respondent.send(refused, {"a.must": "1"})
    assert await kept(api, survey_id) == [("finished", {"must": {"value": True}, "may": {"value": False}})]


async def test_dismissing_everything_is_no_response(api: Api) -> None:
    survey_id = await api.survey(survey([question("c", "csat")]))
    respondent = await at_link(api, survey_id, "en")
    page = await respondent.send(await respondent.open(), {"a.c": "-"})
    assert page.answer.status_code == 422
    assert "Please answer at least one question." in page.text


async def test_answers_are_piped_into_later_texts_and_escaped(api: Api) -> None:
    asked = question("again", "text", text={"any": "You wrote {{answer:t|nothing}}"})
    respondent = await at_link(api, await api.survey(survey([question("t", "text")], [asked])), "en")
    page = await respondent.send(await respondent.open(), {"a.t": "<script>alert(1)</script>"})
    assert "You wrote <script>alert(1)</script>" in page.text
    assert not page.all("script")
