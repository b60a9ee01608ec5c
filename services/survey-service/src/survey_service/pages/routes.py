"""HTTP of the respondent's pages. A form is answered with 303, so that a reload never sends it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from hamdel.clock import utc_now
from hamdel.http import NotFound, Router, call_context, services_of
from hamdel.http.body import read_body
from hamdel.http.call import call_of
from hamdel.http.failures import HANDLED, problem_of
from survey_service.pages.forms import Form, is_ours, read_form
from survey_service.pages.rendering import asset
from survey_service.pages.service import hand_in, note_look, visit_of
from survey_service.pages.showing import address, problem_page, question_page, state_page
from survey_service.pages.visiting import (
    Again,
    GoOn,
    Visit,
    asked_on,
    end_of,
    language_of,
    missing_faults,
    move,
    opening_page,
)
from survey_service.pages.words import Language

__all__ = ["router"]

router = Router(prefix="/s", tags=["pages"], include_in_schema=False)

LARGEST_FORM: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address says: a page of the survey, a language, whose response it is where the link does not know it,
    whether the answers were just sent, whether to say what is missing, and something to tell."""

    page: Annotated[str | None, Query()] = None
    lang: Annotated[str | None, Query()] = None
    r: Annotated[str | None, Query()] = None
    done: Annotated[str | None, Query()] = None
    check: Annotated[str | None, Query()] = None
    notice: Annotated[str | None, Query()] = None

    @property
    def response_id(self) -> UUID | None:
        """`r`, where it is an id."""
        try:
            return UUID(self.r) if self.r else None
        except ValueError:
            return None


@router.get("/assets/{name}", response_model=None, response_class=Response)
async def get_survey_asset(name: str) -> Response:
    """A file that the pages need."""
    found = asset(name)
    if found is None:
        raise NotFound()
    return found


@router.get("/{token}", response_model=None, response_class=Response)
async def show_survey_page(request: Request, token: str, wanted: Annotated[Wanted, Depends()]) -> Response:
    """A page of the survey, or why there is none. Takes nothing but the look down: scanners follow links."""
    return await _kindly(request, wanted.lang, lambda: _shown(request, token, wanted))


@router.post("/{token}", response_model=None, response_class=Response, openapi_extra={"x-max-body-bytes": LARGEST_FORM})
async def send_survey_page(request: Request, token: str) -> Response:
    """Takes what was filled in and leads on; what is wrong comes back with the page (422)."""
    form = read_form(await read_body(request))
    return await _kindly(request, form.language, lambda: _sent(request, token, form))


async def _kindly(request: Request, wish: str | None, work: Callable[[], Awaitable[Response]]) -> Response:
    """Refusals as pages for people, those of a database that is away among them."""
    try:
        return await work()
    except tuple(HANDLED) as error:
        problem = problem_of(error)
        if problem is None:
            raise
        return problem_page(problem, _tongue(request, wish))


async def _shown(request: Request, token: str, wanted: Wanted) -> Response:
    visit = await _visit(request, token, wanted.response_id)
    language = _language(request, visit, wanted.lang)
    end = end_of(visit)
    if end is not None:
        return state_page("thanks" if end == "answered" and wanted.done else end, language, visit=visit)
    await note_look(services_of(request), call_context(request), visit)
    page = opening_page(visit, wanted.page)
    seen = visit.path
    faults = missing_faults(asked_on(visit.definition, page, seen), seen) if wanted.check else {}
    return question_page(visit, page, language, utc_now().year, faults=faults, notice=wanted.notice)


async def _sent(request: Request, token: str, form: Form) -> Response:
    visit = await _visit(request, token, form.response_id)
    language = _language(request, visit, form.language)
    ours = is_ours(token, form) and form.response_id == visit.response_id
    end = end_of(visit)
    if end is not None:
        return (
            _see(visit, language, done="1")
            if ours and _sent_twice(visit, form)
            else state_page(end, language, visit=visit)
        )
    if not ours:
        page = opening_page(visit, form.page)
        return question_page(visit, page, language, utc_now().year, notice="expired_form", status=403)
    led = move(visit, form)
    if isinstance(led, Again):
        return question_page(visit, led.page, language, utc_now().year, led.raw, led.faults, led.notice, 422)
    return await _went_on(request, visit, form, led)


async def _went_on(request: Request, visit: Visit, form: Form, led: GoOn) -> Response:
    changes = visit.changed_by(led.answers)
    if changes or led.finished:
        result = await hand_in(services_of(request), call_context(request), visit, form.step, led)
        if changes and not result.changed:
            return _see(visit, led.language, page=form.page, notice="stale")
    done, check = "1" if led.finished else None, "1" if led.check else None
    return _see(visit, led.language, led.anchor, page=led.page, done=done, check=check)


def _sent_twice(visit: Visit, form: Form) -> bool:
    """Whether these are the answers that finished the response: a second click is thanked like the first."""
    if visit.state is None:
        return False
    led = move(visit, form)
    return isinstance(led, GoOn) and led.finished and not visit.changed_by(led.answers)


def _see(visit: Visit, language: Language, anchor: str | None = None, **query: str | None) -> Response:
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(address(visit, language, anchor, **query), 303, headers)


async def _visit(request: Request, token: str, response_id: UUID | None) -> Visit:
    return await visit_of(services_of(request), token, response_id)


def _language(request: Request, visit: Visit, wish: str | None) -> Language:
    stored = visit.state.response.language if visit.state else None
    accepted = "fa" if call_of(request).persian else None
    return language_of(visit.definition, wish, stored, visit.ticket.language, accepted)


def _tongue(request: Request, wish: str | None) -> Language:
    """Where nothing is known of the survey: the wish, else what the browser prefers, Persian where it says nothing."""
    if wish in ("fa", "en"):
        return wish  # type: ignore[return-value]
    return "fa" if call_of(request).persian or "accept-language" not in request.headers else "en"
