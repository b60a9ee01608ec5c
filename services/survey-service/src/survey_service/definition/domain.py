"""What a survey asks: pages, questions, scales, options, conditions; and the answers to it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

__all__ = [
    "ANY_LANGUAGE",
    "END",
    "KINDS",
    "SCALED",
    "All",
    "Answer",
    "AnyOf",
    "Comparison",
    "Condition",
    "Definition",
    "Jump",
    "Kind",
    "Not",
    "Operator",
    "Option",
    "Page",
    "Question",
    "Scale",
    "Settings",
    "Text",
    "questions_of",
]

Kind = Literal[
    "nps",
    "csat",
    "ces",
    "rating",
    "single_choice",
    "multiple_choice",
    "likert",
    "number",
    "date",
    "text",
    "consent",
    "statement",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SCALED: Final[frozenset[Kind]] = frozenset({"nps", "csat", "ces", "rating"})
"""The kinds whose answer is one step of a scale, a whole number."""

END: Final = "end"
"""Where a jump leads that ends the survey; no page has this id."""

ANY_LANGUAGE: Final = "any"
"""The key of a text that is the same in every language."""

Text = Mapping[str, str]
"""Language (`fa`, `en`, …, or `any`) → text."""

Operator = Literal["eq", "ne", "lt", "lte", "gt", "gte", "in", "answered"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of one answer, or of one customer attribute where `question` is None.

    What is not answered (or not known of the customer) compares with nothing: every operator but `answered` is false.
    `value` is a tuple for `in`. A multiple choice is `eq` to each option that was chosen; `row` picks one of a Likert
    matrix.
    """

    op: Operator
    value: Any
    question: str | None = None
    row: str | None = None
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = All | AnyOf | Not | Comparison


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, as its question's kind has it: `value` of a scale, a number or a consent, `options` of a choice in
    the order of the question, `rows` of a Likert matrix (row → option), `text`, `date`. `dismissed` alone: the
    respondent was asked and chose not to answer."""

    value: int | float | bool | None = None
    options: tuple[str, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    date: datetime.date | None = None
    dismissed: bool = False

    def on_wire(self) -> dict[str, Any]:
        """As the API has it and the database keeps it; dates are `YYYY-MM-DD`."""
        if self.dismissed:
            return {"dismissed": True}
        if self.options:
            return {"options": list(self.options)}
        if self.rows:
            return {"rows": dict(self.rows)}
        if self.text is not None:
            return {"text": self.text}
        if self.date is not None:
            return {"date": self.date.isoformat()}
        return {"value": self.value}


@dataclass(frozen=True, slots=True)
class Scale:
    """`min` to `max`, both included; whole steps but for a number, where either may be open (None). `labels` are the
    words at some of the steps."""

    min: int | float | None
    max: int | float | None
    labels: Mapping[int, Text] = field(default_factory=dict)

    @property
    def steps(self) -> range:
        """The steps of a closed scale in whole numbers. Raises TypeError for one that is open."""
        if self.min is None or self.max is None:
            raise TypeError("an open scale has no steps")
        return range(int(self.min), int(self.max) + 1)

    def holds(self, value: float) -> bool:
        """Whether a number lies within."""
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose, or a row of a Likert matrix; answers hold the id, never the text. An `exclusive` option is
    chosen alone."""

    id: str
    text: Text
    exclusive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`scale` is that of the kind where the author gave none (NPS 0–10, CSAT and rating 1–5, CES 1–7), and None where
    the kind has none. `min_choices` and `max_choices` bound a multiple choice that is answered."""

    id: str
    kind: Kind
    text: Text
    required: bool = False
    scale: Scale | None = None
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    min_choices: int = 1
    max_choices: int | None = None
    show_if: Condition | None = None

    @property
    def asks(self) -> bool:
        """Whether there is something to answer."""
        return self.kind != "statement"


@dataclass(frozen=True, slots=True)
class Jump:
    """After a page: when `condition` holds (None: always), on with the page `to`, a later one or `END`."""

    to: str
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Its questions in order; of `next` the first jump that holds is taken, without one the following page."""

    id: str
    questions: tuple[Question, ...]
    show_if: Condition | None = None
    next: tuple[Jump, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a survey is handed out and counted. Days are whole days; `sampling` is the share of customers that are asked,
    0 to 1; `calendar` and `timezone` are those of trends and of date input; `crosstab` names the customer attributes
    that are kept with a response; `purpose` is the consent that asking needs."""

    languages: tuple[str, ...] = ()
    default_language: str = "fa"
    anonymous: bool = False
    calendar: Literal["gregorian", "jalali"] = "gregorian"
    timezone: str = "UTC"
    recontact_days: int | None = None
    sampling: float = 1.0
    invitation_days: int = 30
    reminder_days: tuple[int, ...] = ()
    closes_at: datetime.datetime | None = None
    late: Literal["accept", "refuse"] = "accept"
    crosstab: tuple[str, ...] = ()
    channel: Literal["email", "sms", "push"] = "email"
    purpose: str = "survey"


@dataclass(frozen=True, kw_only=True, eq=False)
class Definition:
    """A whole survey; compared by identity, since a version is read once. `settings.languages` are those that are
    declared, which may be none."""

    code: str
    title: Text
    pages: tuple[Page, ...]
    settings: Settings = field(default_factory=Settings)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its id, in the order they are asked."""
        return MappingProxyType({question.id: question for question in self._in_order()})

    def _in_order(self) -> Iterator[Question]:
        for page in self.pages:
            yield from page.questions


def questions_of(definition: Definition) -> Mapping[str, Question]:
    """Every question by its id, in the order they are asked."""
    return definition.questions
