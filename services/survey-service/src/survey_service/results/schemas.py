"""Bodies of results and cross tables."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from hamdel.contracts.base import Moment
from hamdel.http import ResponseModel
from survey_service.scores.association import Association
from survey_service.scores.domain import Ces, Change, Nps, Share

__all__ = [
    "AssociationFigures",
    "CesFigures",
    "ChangeFigures",
    "ComparedPeriod",
    "CrosstabResource",
    "CsatFigures",
    "DropOff",
    "Left",
    "Member",
    "NpsFigures",
    "PeriodFigures",
    "QuestionChange",
    "QuestionResult",
    "ResponseRate",
    "ResponseResource",
    "ResultsResource",
    "RowResult",
    "Scores",
]

Interval = tuple[float, float]


class NpsFigures(ResponseModel):
    """In points, -100 to 100; the interval is of 95 % (adjusted Wald)."""

    score: float | None
    standard_error: float | None
    interval: Interval | None
    promoters: int
    passives: int
    detractors: int

    @classmethod
    def of(cls, nps: Nps) -> NpsFigures:
        """As it was computed."""
        return cls(**asdict(nps))


class CsatFigures(ResponseModel):
    """`score` is the percentage of satisfied; `share` the same and the interval of 95 % (Wilson) are 0 to 1; `least` is
    the first value that counts as satisfied."""

    score: float | None
    share: float | None
    interval: Interval | None
    satisfied: int
    least: int

    @classmethod
    def of(cls, share: Share) -> CsatFigures:
        """As it was computed."""
        return cls(
            score=None if share.share is None else 100 * share.share,
            share=share.share,
            interval=share.interval,
            satisfied=share.count,
            least=share.least,
        )


class CesFigures(ResponseModel):
    """`mean` on the scale of the question; `share` of easy answers and its interval of 95 % (Wilson) are 0 to 1;
    `least` is the first value that counts as easy, 5 of 7."""

    mean: float | None
    standard_error: float | None
    share: float | None
    interval: Interval | None
    easy: int
    least: int

    @classmethod
    def of(cls, ces: Ces) -> CesFigures:
        """As it was computed."""
        easy = ces.easy
        return cls(
            mean=ces.mean,
            standard_error=ces.standard_error,
            share=easy.share,
            interval=easy.interval,
            easy=easy.count,
            least=easy.least,
        )


class ChangeFigures(ResponseModel):
    """The later period less the earlier, in the unit of the score, with a two-sided z-test; null where no test can tell
    anything."""

    difference: float | None
    standard_error: float | None
    z: float | None
    p_value: float | None

    @classmethod
    def of(cls, change: Change) -> ChangeFigures:
        """As it was computed."""
        return cls(**asdict(change))


class Scores(ResponseModel):
    """The figures of a scale for some responses; those that the kind of the question has."""

    n: int
    mean: float | None = None
    nps: NpsFigures | None = None
    csat: CsatFigures | None = None
    ces: CesFigures | None = None


class QuestionChange(ResponseModel):
    """Against the period of `compare_from` and `compare_to`; `csat` and `easy` are differences of shares (0 to 1)."""

    previous: Scores
    nps: ChangeFigures | None = None
    csat: ChangeFigures | None = None
    ces: ChangeFigures | None = None
    easy: ChangeFigures | None = None


class RowResult(ResponseModel):
    """A row of a Likert matrix: how often each option was chosen."""

    n: int
    distribution: dict[str, int]


class QuestionResult(Scores):
    """`n` answered; `dismissed` were asked and chose not to; `unanswered` finished without either, mostly because it
    was not shown to them. Every figure is of the `n` alone.

    `distribution` is how often each value, option id or date was given, all that could be given among them. Of numbers
    and dates it has the hundred most frequent, and `others` the rest. Quartiles by linear interpolation (type 7).
    `excluded_versions` asked it with another scale or other options.
    """

    kind: str
    dismissed: int
    unanswered: int
    distribution: dict[str, int]
    others: int = 0
    median: float | None = None
    quartiles: tuple[float, float, float] | None = None
    rows: dict[str, RowResult] | None = None
    excluded_versions: list[int]
    change: QuestionChange | None = None


class Left(ResponseModel):
    """How many responses that are not finished ended here: with this as the last page or question answered."""

    id: str
    responses: int


class DropOff(ResponseModel):
    """Responses that were begun and are not finished; `unanswered` of them have no answer yet."""

    open: int
    unanswered: int
    pages: list[Left]
    questions: list[Left]


class ResponseRate(ResponseModel):
    """Of the invitations sent on these days (reminders are none), to whichever version, how many were answered,
    whenever that was; the rate and its interval of 95 % (Wilson) are 0 to 1. Links are in neither number."""

    invited: int
    answered: int
    rate: float
    interval: Interval | None


class PeriodFigures(ResponseModel):
    """A day, week or month of a trend, `start` and `end` included; `label` names it in the calendar of the trend."""

    label: str
    start: date
    end: date
    finished: int
    questions: dict[str, Scores]


class ComparedPeriod(ResponseModel):
    """The earlier period, `start` and `end` included."""

    start: date
    end: date
    finished: int


class ResultsResource(ResponseModel):
    """`responses` begun, `finished` of them. Days are those of the survey's time zone. `versions` are counted; where
    one asked a question with another scale or other options, that question leaves it out (`excluded_versions`)."""

    survey_id: UUID
    survey_version: int
    versions: list[int]
    excluded_versions: list[int]
    timezone: str
    calendar: str
    responses: int
    finished: int
    languages: dict[str, int]
    channels: dict[str, int]
    response_rate: ResponseRate | None
    questions: dict[str, QuestionResult]
    drop_off: DropOff
    trend: list[PeriodFigures] | None = None
    compared_with: ComparedPeriod | None = None


class AssociationFigures(ResponseModel):
    """Pearson's χ² test of independence without correction, and Cramér's V without bias correction. `warning`: in
    `scarce_cells` fewer than five are expected, so the p-value is not to be trusted."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    cramers_v: float
    smallest_expected: float
    scarce_cells: int
    warning: bool

    @classmethod
    def of(cls, found: Association) -> AssociationFigures:
        """As it was computed."""
        values: dict[str, Any] = asdict(found)
        del values["n"]
        scarce = values.pop("scarce")
        return cls(**values, scarce_cells=scarce, warning=scarce > 0)


class Member(Scores):
    """The responses with one value of the attribute; null gathers those beyond the fifty most frequent values."""

    member: str | None
    counts: dict[str, int]


class CrosstabResource(ResponseModel):
    """`counts` of each member by the `values` of the question. `n` answered and have the attribute, `without` answered
    and have not. `test` is null for a multiple choice, whose answers exclude each other in no row, and where there is
    nothing to compare."""

    survey_id: UUID
    survey_version: int
    question: str
    row: str | None
    attribute: str
    n: int
    without: int
    values: list[str]
    members: list[Member]
    test: AssociationFigures | None
    excluded_versions: list[int]


class ResponseResource(ResponseModel):
    """A response. `day` is in the survey's time zone: when it was finished, or begun. An anonymous one has neither id
    nor time; customers, invitations and open text are for admins and managers alone."""

    id: UUID | None
    survey_version: int
    customer_id: UUID | None
    invitation_id: UUID | None
    language: str | None
    channel: str | None
    status: str
    day: date
    started_at: Moment | None
    finished_at: Moment | None
    duration_seconds: int | None
    late: bool
    attributes: dict[str, Any]
    answers: dict[str, Any]
