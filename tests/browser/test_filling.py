"""People fill in the survey in a real browser: with keys alone, without scripts, on a phone, in Persian."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PHONE
from tests.browser.looks import keep
from tests.browser.served import Served
from tests.browser.surveys import branching, every_kind

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Open = Callable[..., Page]

THANKS = "سپاس از شما"


def heading(page: Page) -> str:
    """The page's own heading."""
    return str(page.locator("h1").inner_text())


def focused(page: Page) -> str:
    """Name and value of what has the focus."""
    return str(page.evaluate("[document.activeElement.name, document.activeElement.value].join('=')"))


def tab_to(page: Page, wanted: str) -> None:
    """Presses Tab until it has the focus; every stop must be seen."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page) == wanted:
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"{wanted} was not reached by Tab")


def test_the_persian_survey_is_filled_with_the_keyboard_alone(served: Served, open_page: Open) -> None:
    survey_id = served.survey(branching())
    page = open_page(served.link(survey_id))
    tab_to(page, "a.nps=0")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    assert focused(page) == "a.nps=3"
    page.keyboard.press("Enter")
    page.wait_for_selector("textarea")
    assert "چرا امتیاز ۳ دادید؟" in page.inner_text("main")
    tab_to(page, "a.why=")
    page.keyboard.type("تحویل دیر بود")
    tab_to(page, "go=next")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name='a.channel']")
    tab_to(page, "a.channel=shop")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector(".state")
    assert heading(page) == THANKS
    answers = {"nps": {"value": 3}, "why": {"text": "تحویل دیر بود"}, "channel": {"options": ["shop"]}}
    assert served.answers(survey_id) == [answers]


def test_without_scripts_a_branch_is_left_and_a_reload_goes_on(served: Served, open_page: Open) -> None:
    survey_id = served.survey(branching())
    page = open_page(served.link(survey_id), java_script_enabled=False)
    page.check("[name='a.nps'][value='3']")
    page.click(".go")
    page.fill("textarea", "late")
    page.reload()
    assert "صفحهٔ ۲ از ۳" in page.inner_text("main")
    page.fill("textarea", "late")
    page.click(".back")
    assert page.is_checked("[name='a.nps'][value='3']")
    page.check("[name='a.nps'][value='10']")
    page.click(".go")
    assert page.locator("[name='a.why']").count() == 0
    page.fill("[name='a.good']", "everything")
    page.click(".go")
    page.click(".go")
    assert heading(page) == THANKS
    assert served.answers(survey_id) == [{"nps": {"value": 10}, "good": {"text": "everything"}}]


def test_what_is_missing_has_the_focus_and_its_link_leads_to_the_question(served: Served, open_page: Open) -> None:
    page = open_page(served.link(served.survey(branching())))
    page.click(".go")
    page.wait_for_selector(".faults")
    assert page.evaluate("document.activeElement.className") == "faults"
    assert page.title().startswith("خطا")
    page.click(".faults a")
    assert focused(page) == "a.nps=0"


def test_a_jalali_date_is_stored_as_its_gregorian_day(served: Served, open_page: Open) -> None:
    survey_id = served.survey(every_kind())
    page = open_page(served.link(survey_id))
    page.check("[name='a.nps'][value='9']")
    page.click(".go")
    page.select_option("[name='a.date.day']", label="۳۰")
    page.select_option("[name='a.date.month']", label="اسفند")
    page.select_option("[name='a.date.year']", label="۱۴۰۳")
    page.fill("[name='a.number']", "۱٬۲۳۴")
    page.click(".go")
    page.wait_for_selector(".state")
    (answers,) = served.answers(survey_id)
    assert answers["date"] == {"date": "2025-03-20"}
    assert answers["number"] == {"value": 1234}


@pytest.mark.parametrize(("language", "rises"), [("fa", -1), ("en", 1)])
def test_a_rating_reads_from_the_side_where_the_language_begins(
    served: Served, open_page: Open, language: str, rises: int
) -> None:
    page = open_page(f"{served.link(served.survey(branching()))}?lang={language}")
    boxes = [each.bounding_box() for each in page.locator(".steps .option").all()]
    across = [box["x"] for box in boxes if box]
    assert len({box["y"] for box in boxes if box}) == 1
    assert across == sorted(across, reverse=rises < 0)
    ends = [each.bounding_box() for each in page.locator(".ends span").all()]
    low, high = (box["x"] for box in ends if box)
    assert (high - low) * rises > 0
    shown = [each.inner_text() for each in page.locator(".steps .option span:not(.aside)").all()]
    persian = ["۰", "۱", "۲", "۳", "۴", "۵", "۶", "۷", "۸", "۹", "۱۰"]
    assert shown == (persian if language == "fa" else [str(step) for step in range(11)])


@pytest.mark.parametrize("language", ["fa", "en"])
def test_on_a_phone_nothing_is_wider_than_the_screen(served: Served, open_page: Open, language: str) -> None:
    page = open_page(f"{served.link(served.survey(every_kind()))}?lang={language}", viewport=PHONE)
    for number in (1, 2):
        keep(page, f"{language}-phone-{number}")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        small = page.evaluate(
            "[...document.querySelectorAll('nav button, .buttons button, .option, td label, select, textarea')]"
            ".filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
        )
        assert small == []
        assert page.evaluate("[...document.querySelectorAll('select')].every(one => one.offsetWidth > 50)")
        if number == 1:
            page.check("[name='a.nps'][value='9']")
        page.click(".go")
        page.wait_for_selector("table, .state")
    assert page.locator(".state").count() == 1
