"""What one step does to a response: the rules of `PUT`, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hamdel.http import Conflict, FieldError, InvalidValue
from survey_service.definition import Answer, Definition, Path, path, read_answers, stored_answers
from survey_service.responses.domain import (
    FINISHED,
    OPEN,
    Response,
    earliest,
    hidden_id,
    noon,
    seconds_between,
    started,
)
from survey_service.responses.submissions import Submission

__all__ = ["Result", "Terms", "path_of", "take"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a step meets: the definition of the response's version, since when the survey is closed by hand (None: it is
    not), and the moment."""

    version: int
    definition: Definition
    closed_at: datetime | None
    now: datetime

    @property
    def anonymous(self) -> bool:
        """Whether nothing may lead back to a person."""
        return self.definition.settings.anonymous

    @property
    def closed(self) -> bool:
        """Whether the survey is closed, by hand or because its time is over."""
        end = earliest(self.closed_at, self.definition.settings.closes_at)
        return end is not None and end <= self.now

    @property
    def noted(self) -> datetime:
        """The moment as it may be kept."""
        return noon(self.now, ZoneInfo(self.definition.settings.timezone)) if self.anonymous else self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The state after a step: `id` is the client's (that of an anonymous response is kept under another one), `path` is
    what the respondent sees now; `created` by this step, `changed` by it at all, `finished` by it."""

    id: UUID
    response: Response
    path: Path
    created: bool = False
    changed: bool = False
    finished: bool = False


def take(stored: Response | None, given: Submission, terms: Terms) -> Result:
    """The state after a step, nothing changed by one that is late or repeats another.

    Raises Conflict `response-taken` where the id is another survey's, customer's or invitation's, `response-finished`,
    `survey-closed`; InvalidValue for answers that are wrong, for a finished response `incomplete-response` that names
    what is missing, or `empty-response`.
    """
    if stored is not None:
        _check_owner(stored, given)
        if stored.status == FINISHED:
            return _again(stored, given, terms)
        if given.step <= stored.step:
            return _unchanged(stored, given, terms)
    if terms.closed and (stored is None or terms.definition.settings.late == "refuse"):
        raise Conflict("survey-closed", "the survey is closed")
    held = stored or _begun(given, terms)
    attributes = _attributes(held, given)
    answers = _merged(terms.definition, held.answers, given.answers)
    seen = path(terms.definition, answers, attributes)
    changes = _went_on(held, given, terms, answers, attributes)
    if given.finished:
        changes |= _finished(held, terms, seen, attributes)
    return Result(
        id=given.id,
        response=replace(held, **changes),
        path=seen,
        created=stored is None,
        changed=True,
        finished=given.finished,
    )


def path_of(response: Response, definition: Definition) -> Path:
    """What the respondent of a stored response sees."""
    return path(definition, stored_answers(definition, response.answers), response.snapshot or {})


def _check_owner(stored: Response, given: Submission) -> None:
    same = stored.survey_id == given.survey_id
    if not stored.anonymous:
        invitation = given.ticket.invitation_id if given.ticket else stored.invitation_id
        same &= (stored.customer_id, stored.invitation_id) == (given.customer, invitation)
    if not same:
        raise Conflict("response-taken", "the id belongs to another response")


def _again(stored: Response, given: Submission, terms: Terms) -> Result:
    late_retry = given.step < stored.step and not given.finished
    if late_retry or (given.finished and _same(stored, given, terms.definition)):
        return _unchanged(stored, given, terms)
    raise Conflict("response-finished", "the response is finished and has other content")


def _same(stored: Response, given: Submission, definition: Definition) -> bool:
    try:
        answers = _merged(definition, stored.answers, given.answers)
    except InvalidValue:
        return False
    kept = path(definition, answers, _attributes(stored, given)).kept
    return _on_wire(kept) == stored.answers


def _unchanged(stored: Response, given: Submission, terms: Terms) -> Result:
    answers = stored_answers(terms.definition, stored.answers)
    seen = path(terms.definition, answers, _attributes(stored, given))
    return Result(id=given.id, response=stored, path=seen)


def _begun(given: Submission, terms: Terms) -> Response:
    anonymous, ticket = terms.anonymous, given.ticket
    return Response(
        id=hidden_id(given.id) if anonymous else given.id,
        survey_id=given.survey_id,
        version=terms.version,
        anonymous=anonymous,
        customer_id=None if anonymous else given.customer,
        invitation_id=None if anonymous or ticket is None else ticket.invitation_id,
        language=given.language or terms.definition.settings.default_language,
        channel=ticket.channel if ticket else given.channel,
        status=OPEN,
        step=given.step,
        answers={},
        snapshot=None,
        attributes=None,
        dropped=(),
        started_at=terms.noted if anonymous else started(terms.now, given.started_at),
        updated_at=terms.noted,
        finished_at=None,
        duration_seconds=None,
        late=False,
        nps=None,
        csat=None,
        ces=None,
    )


def _attributes(held: Response, given: Submission) -> Mapping[str, Any]:
    """What conditions may ask of the customer. A ticket's are those of the first step that knew them, and stay."""
    if given.ticket:
        return held.snapshot if held.snapshot is not None else given.ticket.attributes or {}
    return {**(held.snapshot or {}), **given.attributes}


def _merged(definition: Definition, stored: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Answer]:
    found = read_answers(definition, raw)
    kept = {name: answer for name, answer in stored_answers(definition, stored).items() if name not in raw}
    return kept | found


def _on_wire(answers: Mapping[str, Answer]) -> dict[str, Any]:
    return {name: answer.on_wire() for name, answer in answers.items()}


def _went_on(
    held: Response, given: Submission, terms: Terms, answers: Mapping[str, Answer], attributes: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "step": given.step,
        "answers": _on_wire(answers),
        "language": given.language or held.language,
        "channel": held.channel or given.channel,
        "snapshot": None if held.anonymous or _unasked(held, given) else dict(attributes),
        "updated_at": terms.noted,
    }


def _unasked(held: Response, given: Submission) -> bool:
    return held.snapshot is None and given.ticket is not None and given.ticket.attributes is None


def _finished(held: Response, terms: Terms, seen: Path, attributes: Mapping[str, Any]) -> dict[str, Any]:
    _check_complete(seen)
    declared = terms.definition.settings.crosstab
    shown = {name: attributes[name] for name in declared if isinstance(attributes.get(name), str | int | float)}
    return {
        "status": FINISHED,
        "answers": _on_wire(seen.kept),
        "attributes": None if held.anonymous else shown,
        "dropped": seen.hidden,
        "finished_at": terms.noted,
        "duration_seconds": None if held.anonymous else seconds_between(held.started_at, terms.now),
        "late": terms.closed,
        **_scores(terms.definition, seen),
    }


def _check_complete(seen: Path) -> None:
    if seen.finished_possible:
        return
    missing = [FieldError(f"/answers/{name}", "is required", "missing") for name in seen.missing]
    if all(answer.dismissed for answer in seen.kept.values()):
        raise InvalidValue("empty-response", "nothing is answered", errors=missing)
    raise InvalidValue("incomplete-response", "a required question is not answered", errors=missing)


def _scores(definition: Definition, seen: Path) -> dict[str, int | None]:
    """By kind what was answered first to a question of it."""
    found: dict[str, int | None] = {"nps": None, "csat": None, "ces": None}
    for name, answer in seen.kept.items():
        kind = definition.questions[name].kind
        if kind in found and found[kind] is None and answer.value is not None:
            found[kind] = int(answer.value)
    return found
