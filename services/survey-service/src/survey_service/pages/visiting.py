"""What a respondent finds behind a link, and where a form leads. Pure: a state comes in, a page or a step goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from hamdel.http.problem import FieldError
from survey_service.definition import Definition, Page, Path, Question, path, stored_answers, validate_answer
from survey_service.invitations.domain import Ticket
from survey_service.pages.forms import Form, Given, given_answers
from survey_service.pages.words import LANGUAGES, Language
from survey_service.responses.domain import FINISHED
from survey_service.responses.stepping import Result

__all__ = [
    "Again",
    "End",
    "GoOn",
    "Move",
    "Visit",
    "asked_on",
    "end_of",
    "language_of",
    "languages_of",
    "missing_faults",
    "move",
    "opening_page",
]

End = Literal["answered", "expired", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at a link. `state` is the response as it is stored, None before its first step; `known` are the
    customer's attributes that the survey asks for, None where nobody is known or could be asked."""

    token: str
    ticket: Ticket
    definition: Definition
    response_id: UUID
    state: Result | None
    known: Mapping[str, Any] | None = None

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What conditions and texts see of the customer."""
        return self.known or {}

    @property
    def stored(self) -> Mapping[str, Any]:
        """The answers so far, as the API has them."""
        return self.state.response.answers if self.state else {}

    @property
    def step(self) -> int:
        """The number of the last step."""
        return self.state.response.step if self.state else 0

    @property
    def path(self) -> Path:
        """What the respondent sees with the answers so far."""
        return self.path_with({})

    def path_with(self, raw: Mapping[str, Any]) -> Path:
        """What the respondent sees with these answers, valid ones, on top of those so far."""
        changed = {name: validate_answer(self.definition.questions[name], given) for name, given in raw.items()}
        answers = stored_answers(self.definition, self.stored) | changed
        return path(self.definition, {name: one for name, one in answers.items() if one}, self.attributes)

    def changed_by(self, raw: Mapping[str, Any]) -> bool:
        """Whether these answers, valid ones, say anything new."""
        return self.path_with(raw).kept != self.path.kept


@dataclass(frozen=True, slots=True)
class GoOn:
    """These answers are kept, and then comes a page; `finished`: the survey is over. `anchor` is a question there."""

    answers: Mapping[str, Any]
    page: str | None
    language: Language
    anchor: str | None = None
    finished: bool = False
    check: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """The page comes back with what was written and what is wrong with it."""

    page: str
    raw: Mapping[str, Any]
    faults: Mapping[str, FieldError]
    notice: str | None = None


Move = GoOn | Again


def end_of(visit: Visit) -> End | None:
    """Why there is nothing to fill in, None where there is. Who has begun may end where the survey takes late answers;
    whether it does is decided when the answers come."""
    if visit.state is not None and visit.state.response.status == FINISHED:
        return "answered"
    state = visit.ticket.state
    late = visit.state is not None and visit.definition.settings.late == "accept"
    if state == "open" or (late and state != "answered"):
        return None
    return state


def languages_of(definition: Definition) -> tuple[Language, ...]:
    """Those of the pages' languages that the survey has; of one that has neither, English."""
    settings = definition.settings
    declared = {one.partition("-")[0] for one in settings.languages or definition.title}
    found = tuple(one for one in LANGUAGES if one in declared or "any" in declared)
    return found or ("en",)


def language_of(definition: Definition, *wishes: str | None) -> Language:
    """The first wish that the survey has, else its default, else the first it has."""
    offered = languages_of(definition)
    for wish in (*wishes, definition.settings.default_language):
        primary = (wish or "").partition("-")[0]
        for one in offered:
            if one == primary:
                return one
    return offered[0]


def opening_page(visit: Visit, wanted: str | None) -> str:
    """The wanted page where it is on the path; else where the respondent stopped: the first page with something
    required open up to the last answered one, then the one after that."""
    seen = visit.path
    if wanted in seen.pages:
        return wanted
    pages = [page for page in visit.definition.pages if page.id in seen.pages]
    answered = [number for number, page in enumerate(pages) if any(one.id in seen.kept for one in page.questions)]
    if not answered:
        return pages[0].id
    for page in pages[: answered[-1] + 1]:
        if any(one.id in seen.missing for one in page.questions):
            return page.id
    return pages[min(answered[-1] + 1, len(pages) - 1)].id


def asked_on(definition: Definition, page_id: str, seen: Path) -> dict[str, Question]:
    """The visible questions of a page, in order."""
    page = page_of(definition, page_id)
    return {one.id: one for one in page.questions if one.id in seen.visible}


def page_of(definition: Definition, page_id: str) -> Page:
    """A page that the definition has."""
    return next(page for page in definition.pages if page.id == page_id)


def move(visit: Visit, form: Form) -> Move:
    """What the form leads to. Going back and changing the language keep what can be kept and ask for nothing; going on
    asks for what the page requires, shows questions that have appeared on it, and at the end of the path finishes."""
    page = opening_page(visit, form.page)
    language = language_of(visit.definition, form.language)
    if page != form.page:
        return GoOn({}, page, language)
    given = given_answers(page_of(visit.definition, page).questions, form, visit.definition.settings.calendar)
    after = visit.path_with(given.answers)
    if form.go.startswith("lang:"):
        return GoOn(given.answers, page, language_of(visit.definition, form.go.removeprefix("lang:"), language))
    if form.go == "back":
        return GoOn(given.answers, _before(after, page), language)
    asked = {name: one for name, one in asked_on(visit.definition, page, after).items() if name in form.shown}
    faults = {**missing_faults(asked, after), **given.faults}
    return Again(page, given.raw, faults) if faults else _onward(visit, form, given, after, language)


def _onward(visit: Visit, form: Form, given: Given, after: Path, language: Language) -> Move:
    appeared = [one for one in asked_on(visit.definition, form.page, after) if one not in form.shown]
    if appeared:
        return GoOn(given.answers, form.page, language, anchor=appeared[0])
    following = after.pages[after.pages.index(form.page) + 1 :]
    if following:
        return GoOn(given.answers, following[0], language)
    if after.missing:
        page = next(one.id for one in visit.definition.pages if any(q.id == after.missing[0] for q in one.questions))
        return GoOn(given.answers, page, language, check=True)
    if not after.finished_possible:
        return Again(form.page, given.raw, {}, notice="empty")
    return GoOn(given.answers, None, language, finished=True)


def missing_faults(asked: Mapping[str, Question], seen: Path) -> dict[str, FieldError]:
    """What is required of these questions and not answered."""
    return {name: _missing(asked[name]) for name in seen.missing if name in asked}


def _before(seen: Path, page: str) -> str:
    return seen.pages[max(0, seen.pages.index(page) - 1)]


def _missing(question: Question) -> FieldError:
    return FieldError("", "is required", "consent_required" if question.kind == "consent" else "missing")
