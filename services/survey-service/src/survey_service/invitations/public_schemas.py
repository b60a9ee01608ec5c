"""Bodies of the respondents' routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from survey_service.definition import translate
from survey_service.invitations.respondents import Seen, Step
from survey_service.responses.schemas import Language, Name, ResponseState
from survey_service.responses.stepping import Result

__all__ = ["AnswersBody", "RespondentSurvey", "StepTaken", "in_language"]

TEXTS: Final = frozenset({"text", "title"})


class AnswersBody(RequestModel):
    """One step. `response_id` is made by the client, the same for all steps of a response: needed for a link, and in an
    anonymous survey; a personal invitation has one response and no need of it."""

    response_id: UUID | None = None
    step: Annotated[int, Field(ge=0, le=2**31 - 1)]
    finished: bool = False
    answers: Annotated[dict[Name, Any], Field(max_length=1_000)] = Field(default_factory=dict)
    language: Language | None = None

    def given(self) -> Step:
        """The step as the service names it."""
        return Step(**{name: getattr(self, name) for name in type(self).model_fields})


class StepTaken(ResponseModel):
    """The response after a step: what is asked now, and which required questions are not answered."""

    response_id: UUID
    status: str
    step: int
    visible: list[str]
    missing: list[str]
    answers: dict[str, Any]

    @classmethod
    def of(cls, result: Result) -> StepTaken:
        """Its public form; nothing of it says who answers."""
        state = ResponseState.of(result)
        return cls(
            response_id=state.id,
            status=state.status,
            step=state.step,
            visible=state.path.visible,
            missing=state.path.missing,
            answers=state.answers,
        )


class RespondentSurvey(ResponseModel):
    """What a token shows. `state`: open, answered, expired, closed; `definition` is there while it is open or there is
    a `response` to go on with, with every text in `language` alone and the piping still in it."""

    state: str
    kind: str
    survey_id: UUID
    survey_code: str
    version: int
    anonymous: bool
    language: str
    languages: list[str]
    expires_at: Moment | None
    definition: dict[str, Any] | None
    response: StepTaken | None

    @classmethod
    def of(cls, seen: Seen, wanted: str | None) -> RespondentSurvey:
        """Its public form, in the wanted language where the survey speaks it."""
        ticket, settings = seen.ticket, seen.definition.settings
        so_far = seen.response.response.language if seen.response else None
        language = wanted or so_far or ticket.language or settings.default_language
        shown = ticket.state == "open" or seen.response is not None
        return cls(
            state=ticket.state,
            kind=ticket.kind,
            survey_id=ticket.survey_id,
            survey_code=ticket.survey_code,
            version=seen.version,
            anonymous=ticket.anonymous,
            language=language,
            languages=list(settings.languages),
            expires_at=ticket.expires_at,
            definition=in_language(seen.document, language, settings.default_language) if shown else None,
            response=StepTaken.of(seen.response) if seen.response else None,
        )


def in_language(document: Any, language: str, default: str) -> Any:
    """A definition with each text (`text`, `title`, the words of a scale's `labels`) as a string in one language."""
    if isinstance(document, list):
        return [in_language(each, language, default) for each in document]
    if not isinstance(document, Mapping):
        return document
    return {name: _member(name, value, language, default) for name, value in document.items()}


def _member(name: str, value: Any, language: str, default: str) -> Any:
    if name in TEXTS and isinstance(value, Mapping):
        return translate(value, language, default)
    if name == "labels" and isinstance(value, Mapping):
        return {step: _member("text", words, language, default) for step, words in value.items()}
    return in_language(value, language, default)
