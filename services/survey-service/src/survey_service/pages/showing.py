"""The pages themselves, made from a visit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse

from hamdel.http.problem import FieldError, ProblemError
from survey_service.definition import Answer, render_text
from survey_service.pages.forms import form_token
from survey_service.pages.rendering import page
from survey_service.pages.views import Reader, fields_of
from survey_service.pages.visiting import Visit, asked_on, languages_of
from survey_service.pages.words import LANGUAGES, NAMES, Language, digits, words

__all__ = ["address", "problem_page", "question_page", "state_page"]

STATUS: Final[Mapping[str, int]] = {"expired": 410, "closed": 410, "unknown": 404, "busy": 503}
NOTICES: Final = ("stale", "expired_form", "empty")
STATES: Final[Mapping[str, str]] = {
    "unknown-survey-token": "unknown",
    "survey-closed": "closed",
    "response-finished": "answered",
    "survey-token-used": "answered",
    "survey-token-expired": "expired",
}
"""Problem codes that have a page of their own."""


def address(visit: Visit, language: Language, anchor: str | None = None, **query: str | None) -> str:
    """Where a page of this visit is; the response is named where the link does not know it."""
    own = None if visit.ticket.response_id else str(visit.response_id)
    told = {name: value for name, value in {**query, "lang": language, "r": own}.items() if value}
    return f"/s/{visit.token}?{urlencode(told)}" + (f"#q-{anchor}" if anchor else "")


def state_page(state: str, language: Language, status: int | None = None, visit: Visit | None = None) -> HTMLResponse:
    """A page with nothing to fill in: thanks, answered, expired, closed, unknown, busy, refused."""
    done = "1" if state == "thanks" else None
    others = [
        (one, NAMES[one], address(visit, one, done=done) if visit else f"?lang={one}")
        for one in (languages_of(visit.definition) if visit else LANGUAGES)
        if one != language
    ]
    return page("state.html", language, status or STATUS.get(state, 200), state=state, others=others)


def problem_page(problem: ProblemError, language: Language) -> HTMLResponse:
    """A refusal, said to people."""
    state = STATES.get(problem.code, "busy" if problem.status in (429, 503) else "refused")
    answer = state_page(state, language, None if problem.code in STATES else problem.status)
    answer.headers.update(problem.headers)
    return answer


def question_page(
    visit: Visit,
    page_id: str,
    language: Language,
    year: int,
    raw: Mapping[str, Any] | None = None,
    faults: Mapping[str, FieldError] | None = None,
    notice: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """A page of the survey with what is stored, and `raw` on top of it; `year` is the present Gregorian one."""
    shown = visit.path_with(_valid(visit, raw or {}, faults or {}))
    reader = Reader(language=language, kept=shown.kept, attributes=visit.attributes, year=year)
    asked = asked_on(visit.definition, page_id, shown)
    fields = fields_of(visit.definition, asked, {**visit.stored, **(raw or {})}, faults or {}, reader)
    at, of = shown.pages.index(page_id) + 1, len(shown.pages)
    return page(
        "survey.html",
        language,
        status,
        title=_title(visit, language, shown.kept),
        progress=digits(words(language)["progress"].format(at=at, of=of), language),
        at=at,
        of=of,
        first=at == 1,
        last=at == of,
        notice=notice if notice in NOTICES else None,
        faults=[one for one in fields if one.fault],
        fields=fields,
        token=visit.token,
        form_token=form_token(visit.token, visit.response_id),
        response_id=str(visit.response_id),
        page_id=page_id,
        step=visit.step + 1,
        others=[(one, NAMES[one]) for one in languages_of(visit.definition) if one != language],
    )


def _valid(visit: Visit, raw: Mapping[str, Any], faults: Mapping[str, FieldError]) -> dict[str, Any]:
    return {name: given for name, given in raw.items() if name not in faults}


def _title(visit: Visit, language: Language, kept: Mapping[str, Answer]) -> str:
    return render_text(visit.definition, visit.definition.title, language, kept, visit.attributes)
