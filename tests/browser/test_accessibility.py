"""axe finds nothing on any kind of page, in either language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.browser.looks import keep
from tests.browser.served import Served
from tests.browser.surveys import every_kind

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Open = Callable[..., Page]

ANSWERED = ("پیش‌تر پاسخ داده‌اید", "You have answered already")


def violations(page: Page, name: str) -> list[str]:
    """What axe has to say, and where; the page is kept under the name."""
    from axe_playwright_python.sync_playwright import Axe

    keep(page, name)
    found = Axe().run(page).response
    assert len(found["passes"]) > 5, "axe looked at nothing"
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize(("language", "scheme"), [("fa", "light"), ("en", "light"), ("fa", "dark")])
def test_the_survey_its_faults_and_its_end(served: Served, open_page: Open, language: str, scheme: str) -> None:
    name = f"{language}-{scheme}"
    page = open_page(served.link(served.survey(every_kind()), language=language), color_scheme=scheme)
    assert violations(page, f"{name}-1-questions") == []
    page.click(".go")
    page.wait_for_selector(".faults")
    assert violations(page, f"{name}-2-missing") == []
    page.check("[name='a.nps'][value='3']")
    page.click(".go")
    page.wait_for_selector("table")
    page.fill("[name='a.number']", "-1")
    page.click(".go")
    page.wait_for_selector(".faults")
    assert violations(page, f"{name}-3-wrong") == []
    page.fill("[name='a.number']", "1")
    page.click(".go")
    page.wait_for_selector(".state")
    assert violations(page, f"{name}-4-thanks") == []
    page.goto(page.url.replace("done=1&", ""))
    assert page.locator("h1").inner_text() in ANSWERED
    assert violations(page, f"{name}-5-answered") == []


@pytest.mark.parametrize("language", ["fa", "en"])
def test_links_that_lead_to_no_survey(served: Served, open_page: Open, language: str) -> None:
    survey_id = served.survey(every_kind())
    closed = served.link(survey_id)
    end = datetime.now(UTC) + timedelta(seconds=1)
    expired = served.link(survey_id, expires_at=end.isoformat())
    page = open_page(f"{served.url}/s/unknown?lang={language}")
    assert violations(page, f"{language}-unknown") == []
    page.wait_for_timeout(max(0.0, (end - datetime.now(UTC)).total_seconds() + 1) * 1000)
    for link, state in ((expired, "expired"), (closed, "closed")):
        answer = page.goto(f"{link}?lang={language}")
        assert answer is not None
        assert answer.status == 410
        assert violations(page, f"{language}-{state}") == []
        served.client.post(f"/v1/surveys/{survey_id}/close").raise_for_status()
