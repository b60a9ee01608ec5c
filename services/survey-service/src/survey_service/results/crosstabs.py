"""Cross tables: the answers to a question by an attribute of the respondents."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import FieldError, InvalidValue
from survey_service.definition.domain import SCALED, Question
from survey_service.results.counting import ANSWERED, ROW, VALUE, attribute_slice
from survey_service.results.figures import possible_values, scores_of
from survey_service.results.periods import Days
from survey_service.results.reading import versions_of
from survey_service.results.repository import counts
from survey_service.results.repository.counts import Scope
from survey_service.results.schemas import AssociationFigures, CrosstabResource, Member
from survey_service.results.tallies import Tallies, Tally, Versions
from survey_service.scores.association import association

__all__ = ["CrossAsk", "crosstab"]

MOST_MEMBERS: Final = 50
TABLED: Final = SCALED | {"single_choice", "multiple_choice", "likert", "consent"}


class CrossAsk(NamedTuple):
    """Which table: `row` is that of a Likert matrix."""

    survey_id: UUID
    version: int | None
    days: Days
    question: str
    row: str | None
    attribute: str


async def crosstab(connection: AsyncConnection, ask: CrossAsk) -> CrosstabResource:
    """The table and its test. Raises NotFound, and InvalidValue for a question that the survey does not have, whose
    answers are without end, a matrix without its row, or an attribute that is not declared."""
    versions = await versions_of(connection, ask.survey_id, ask.version)
    question = _question(versions, ask)
    scope = Scope(ask.survey_id, sorted(versions.definitions), ask.days)
    tallies = await _members(connection, scope, versions, ask)
    values = [option.id for option in question.options] if ask.row else possible_values(question)
    members = [_member(question, name, tally, values, ask.row) for name, tally in tallies]
    table = [[member.counts[value] for value in values] for member in members]
    test = None if question.kind == "multiple_choice" else association(table)
    everybody = Tallies.of(versions, await counts.summed(connection, scope)).questions[ask.question]
    n = sum(member.n for member in members)
    return CrosstabResource(
        survey_id=ask.survey_id,
        survey_version=versions.reference,
        question=ask.question,
        row=ask.row,
        attribute=ask.attribute,
        n=n,
        without=_answers(everybody, ask.row) - n,
        values=values,
        members=members,
        test=None if test is None else AssociationFigures.of(test),
        excluded_versions=versions.excluded(ask.question),
    )


def _question(versions: Versions, ask: CrossAsk) -> Question:
    question = versions.questions.get(ask.question)
    if question is None or question.kind not in TABLED:
        raise _wrong("question", "must be a question with a scale or with options", "not_tabled")
    if (question.kind == "likert") != (ask.row is not None) or (
        ask.row is not None and ask.row not in {row.id for row in question.rows}
    ):
        raise _wrong("row", "must be a row of a Likert matrix, and only of one", "unknown_row")
    if ask.attribute not in versions.definition.settings.crosstab:
        raise _wrong("attribute", "must be one that the survey declares in `crosstab`", "undeclared_attribute")
    return question


def _wrong(place: str, message: str, kind: str) -> InvalidValue:
    return InvalidValue(errors=[FieldError(f"/query/{place}", message, kind)])


async def _members(
    connection: AsyncConnection, scope: Scope, versions: Versions, ask: CrossAsk
) -> list[tuple[str | None, Tally]]:
    """The tally of each member in the order of the alphabet; the rarest beyond fifty together, under None."""
    found: dict[str, Tally] = {}
    rows = await counts.by_member(connection, scope, attribute_slice(ask.attribute), ask.question)
    for member, one in rows:
        if one.version in versions.alike[ask.question]:
            found.setdefault(member, Tally()).add(one.item, one.value, one.times)
    common = sorted(found, key=lambda member: (-found[member].n, member))
    shown: list[tuple[str | None, Tally]] = [(member, found[member]) for member in sorted(common[:MOST_MEMBERS])]
    rest = [found[member] for member in common[MOST_MEMBERS:]]
    return [*shown, (None, _together(rest))] if rest else shown


def _together(tallies: list[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.add(ANSWERED, "", tally.n)
        for value, count in tally.values.items():
            whole.add(VALUE, value, count)
        for row, options in tally.rows.items():
            for option, count in options.items():
                whole.add(ROW + row, option, count)
    return whole


def _member(question: Question, name: str | None, tally: Tally, values: list[str], row: str | None) -> Member:
    cells = tally.values if row is None else tally.rows.get(row, Counter())
    scores = scores_of(question, tally).model_copy(update={"n": _answers(tally, row)})
    return Member(**dict(scores), member=name, counts={value: cells[value] for value in values})


def _answers(tally: Tally, row: str | None) -> int:
    return tally.n if row is None else sum(tally.rows.get(row, Counter()).values())
