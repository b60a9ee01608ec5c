"""The figures of a question out of its tally."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from survey_service.definition.domain import SCALED, Question
from survey_service.results.schemas import (
    CesFigures,
    ChangeFigures,
    CsatFigures,
    NpsFigures,
    QuestionChange,
    QuestionResult,
    RowResult,
    Scores,
)
from survey_service.results.tallies import Tally, numbers_of
from survey_service.scores.domain import (
    ces,
    change_of_means,
    change_of_nps,
    change_of_shares,
    csat_top_box,
    nps_of,
)
from survey_service.scores.spread import Spread, spread_of

__all__ = ["LISTED", "change_of", "possible_values", "question_result", "scores_of"]

LISTED: Final = 100
"""Different numbers or dates that a distribution lists."""


def question_result(
    question: Question, tally: Tally, excluded: list[int], before: Tally | None = None
) -> QuestionResult:
    """Everything about one question; with `before`, how it changed."""
    listed = _listed(question, tally.values)
    spread = _spread(question, tally)
    return QuestionResult(
        **_scores(question, tally, spread),
        kind=question.kind,
        dismissed=tally.dismissed,
        unanswered=tally.asked - tally.n - tally.dismissed,
        distribution=listed,
        others=tally.values.total() - sum(listed.values()),
        median=spread.median,
        quartiles=spread.quartiles,
        rows=_rows(question, tally) if question.kind == "likert" else None,
        excluded_versions=excluded,
        change=change_of(question, before, tally) if before is not None and question.kind in SCALED else None,
    )


def scores_of(question: Question, tally: Tally) -> Scores:
    """The figures of a scale."""
    return Scores(**_scores(question, tally, _spread(question, tally)))


def change_of(question: Question, before: Tally, after: Tally) -> QuestionChange:
    """The earlier figures of a scale and the tests of what changed."""
    tests: dict[str, ChangeFigures] = {}
    first, second = numbers_of(before.values), numbers_of(after.values)
    bounds = _bounds(question)
    if question.kind == "nps":
        tests["nps"] = ChangeFigures.of(change_of_nps(nps_of(first), nps_of(second)))
    elif question.kind == "csat":
        tests["csat"] = ChangeFigures.of(change_of_shares(csat_top_box(first, *bounds), csat_top_box(second, *bounds)))
    elif question.kind == "ces":
        was, now = ces(first, *bounds), ces(second, *bounds)
        tests["ces"] = ChangeFigures.of(change_of_means(was, now))
        tests["easy"] = ChangeFigures.of(change_of_shares(was.easy, now.easy))
    return QuestionChange(previous=scores_of(question, before), **tests)


def possible_values(question: Question) -> list[str]:
    """What can be answered, in the order of the question; nothing where that is without end."""
    if question.kind in SCALED and question.scale is not None:
        return [str(step) for step in question.scale.steps]
    if question.kind == "consent":
        return ["true", "false"]
    return [] if question.kind == "likert" else [option.id for option in question.options]


def _scores(question: Question, tally: Tally, spread: Spread) -> dict[str, Any]:
    found: dict[str, Any] = {"n": tally.n, "mean": spread.mean}
    if question.kind == "nps":
        found["nps"] = NpsFigures.of(nps_of(numbers_of(tally.values)))
    elif question.kind == "csat":
        found["csat"] = CsatFigures.of(csat_top_box(numbers_of(tally.values), *_bounds(question)))
    elif question.kind == "ces":
        found["ces"] = CesFigures.of(ces(numbers_of(tally.values), *_bounds(question)))
    return found


def _spread(question: Question, tally: Tally) -> Spread:
    if question.kind in SCALED or question.kind == "number":
        return spread_of({float(value): count for value, count in tally.values.items()})
    return spread_of({})


def _bounds(question: Question) -> tuple[int, int]:
    assert question.scale is not None
    steps = question.scale.steps
    return steps[0], steps[-1]


def _listed(question: Question, values: Counter[str]) -> dict[str, int]:
    possible = possible_values(question)
    if possible or question.kind == "likert":
        return {value: values[value] for value in possible}
    ordered: Any = float if question.kind == "number" else str
    return dict(sorted(values.most_common(LISTED), key=lambda pair: ordered(pair[0])))


def _rows(question: Question, tally: Tally) -> dict[str, RowResult]:
    nothing: Mapping[str, int] = Counter()
    return {
        row.id: RowResult(
            n=sum(tally.rows.get(row.id, nothing).values()),
            distribution={option.id: tally.rows.get(row.id, nothing)[option.id] for option in question.options},
        )
        for row in question.rows
    }
