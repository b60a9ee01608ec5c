"""What a page shows: its questions with their choices, what was answered before, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hamdel.http.problem import FieldError
from survey_service.definition import Answer, Definition, Question, render_text
from survey_service.definition.domain import SCALED
from survey_service.pages.dates import Part, date_parts
from survey_service.pages.forms import DISMISSED
from survey_service.pages.words import Language, digits, fault, words

__all__ = ["Choice", "Field", "Reader", "Row", "fields_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whom the page is for: the language, the answers that count so far (for piping) and what is known of them; `year`
    is the present one of the Gregorian calendar."""

    language: Language
    kept: Mapping[str, Answer]
    attributes: Mapping[str, Any]
    year: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A radio button or a box. `aside` is a word at a step of a scale, for who cannot see where the step stands."""

    value: str
    text: str
    checked: bool
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a matrix."""

    id: str
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question. `layout` is the template's: scale, list, boxes, matrix, number, text, date, consent, statement.
    `focus` is the id of its first input, where a link from the errors leads. `low` and `high` are the words at the ends
    of a scale, `value` what is written in an input, `columns` the heads of a matrix."""

    id: str
    layout: str
    text: str
    required: bool
    dismissible: bool
    dismissed: bool
    fault: str | None
    hint: str | None = None
    value: str = ""
    low: str = ""
    high: str = ""
    choices: tuple[Choice, ...] = ()
    rows: tuple[Row, ...] = ()
    columns: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    focus: str = ""

    @property
    def described_by(self) -> str:
        """The ids of what explains the inputs, for `aria-describedby`."""
        told = (("hint", self.hint), ("fault", self.fault))
        return " ".join(f"{name}-{self.id}" for name, said in told if said)


def fields_of(
    definition: Definition,
    asked: Mapping[str, Question],
    raw: Mapping[str, Any],
    faults: Mapping[str, FieldError],
    reader: Reader,
) -> list[Field]:
    """The questions of one page in order; `raw` are answers as the API has them, by question id."""
    return [
        _Builder(definition, one, raw.get(name) or {}, faults.get(name), reader).field() for name, one in asked.items()
    ]


@dataclass(frozen=True, slots=True)
class _Builder:
    definition: Definition
    question: Question
    raw: Mapping[str, Any]
    wrong: FieldError | None
    reader: Reader

    def field(self) -> Field:
        question = self.question
        parts = self._parts()
        return Field(
            id=question.id,
            text=self._said(question.text),
            required=question.required and question.asks,
            dismissible=question.asks and not question.required and question.kind != "consent",
            dismissed=bool(self.raw.get("dismissed")),
            fault=None if self.wrong is None else fault(self.wrong, self.reader.language),
            focus=parts.pop("focus", f"f-{question.id}"),
            **parts,
        )

    def _parts(self) -> dict[str, Any]:
        question = self.question
        if question.kind in SCALED:
            return self._scale()
        if question.kind in ("single_choice", "multiple_choice"):
            return self._options()
        if question.kind == "likert":
            return self._matrix()
        if question.kind == "date":
            calendar = self.definition.settings.calendar
            parts = date_parts(self.raw, calendar, self.reader.language, self.reader.year)
            return {"layout": "date", "parts": parts, "focus": f"f-{question.id}-day"}
        if question.kind == "number":
            written = self.raw.get("value")
            return {"layout": "number", "value": self._number(written), "hint": self._range()}
        if question.kind == "consent":
            agreed = Choice("1", self._word("agree"), self.raw.get("value") is True)
            return {"layout": "consent", "choices": (agreed,)}
        return {"layout": question.kind, "value": self.raw.get("text") or ""}

    def _scale(self) -> dict[str, Any]:
        scale = self.question.scale
        steps = list(scale.steps) if scale else []
        told = {step: self._said(text) for step, text in (scale.labels if scale else {}).items()}
        if self.question.kind == "nps" and not told:
            told = {steps[0]: self._word("nps_low"), steps[-1]: self._word("nps_high")}
        given = str(self.raw.get("value"))
        choices = tuple(
            Choice(str(step), digits(step, self.reader.language), given == str(step), told.get(step, ""))
            for step in steps
        )
        inner = any(step in told for step in steps[1:-1])
        ends = {} if inner or not told else {"low": self._end(choices[0]), "high": self._end(choices[-1])}
        return {"layout": "labelled" if inner else "scale", "choices": self._with_dismissal(choices)} | ends

    @staticmethod
    def _end(choice: Choice) -> str:
        """With its number: on a narrow screen the words stand above several rows of steps."""
        return f"{choice.text}: {choice.aside}" if choice.aside else ""

    def _options(self) -> dict[str, Any]:
        given = self.raw.get("options") or ()
        choices = tuple(Choice(one.id, self._said(one.text), one.id in given) for one in self.question.options)
        if self.question.kind == "single_choice":
            return {"layout": "list", "choices": self._with_dismissal(choices)}
        return {"layout": "boxes", "choices": choices, "hint": self._how_many()}

    def _matrix(self) -> dict[str, Any]:
        given = self.raw.get("rows") or {}
        columns = [(one.id, self._said(one.text)) for one in self.question.options]
        rows = tuple(
            Row(row.id, self._said(row.text), tuple(Choice(at, text, given.get(row.id) == at) for at, text in columns))
            for row in self.question.rows
        )
        return {"layout": "matrix", "rows": rows, "columns": tuple(text for _, text in columns)}

    def _with_dismissal(self, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
        if self.question.required:
            return choices
        return (*choices, Choice(DISMISSED, self._word("dismiss"), bool(self.raw.get("dismissed"))))

    def _number(self, written: object) -> str:
        """As it was typed, or a stored one as the language writes it."""
        if written is None or isinstance(written, str):
            return written or ""
        point = "٫" if self.reader.language == "fa" else "."
        return digits(f"{Decimal(str(written)):f}".replace(".", point), self.reader.language)

    def _range(self) -> str | None:
        scale = self.question.scale
        if scale is None or (scale.min is None and scale.max is None):
            return None
        name = "at_most" if scale.min is None else "at_least" if scale.max is None else "between"
        return self._counted(name, min=scale.min, max=scale.max)

    def _how_many(self) -> str:
        least, most = self.question.min_choices, self.question.max_choices
        if most is None:
            return self._counted("choose_least", min=least) if least > 1 else self._word("choose_any")
        return self._counted("choose_some" if least > 1 else "choose_most", min=least, max=most)

    def _counted(self, name: str, **numbers: object) -> str:
        return digits(self._word(name).format_map(numbers), self.reader.language)

    def _word(self, name: str) -> str:
        return words(self.reader.language)[name]

    def _said(self, text: Mapping[str, str]) -> str:
        reader = self.reader
        return render_text(self.definition, text, reader.language, reader.kept, reader.attributes)
