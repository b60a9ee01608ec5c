"""Responses as a table: columns from the definition, one line each, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from survey_service.definition.domain import Definition, Option, Question
from survey_service.definition.texts import translate

__all__ = ["BOM", "DISMISSED", "Column", "columns_of", "csv_lines", "safe_cell"]

BOM: Final = "\ufeff"
DISMISSED: Final = "dismissed"

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and the cell of it in answers as they are stored."""

    heading: str
    cell: Callable[[Answers], str]


def columns_of(definitions: Iterable[Definition], language: str, *, texts: bool) -> list[Column]:
    """The columns of these definitions, the newest first; a question that only an older one has comes last.

    A scale, a number, a date, a consent: `q1`. A single choice: `q2` the option's id and `q2.text` its words in the
    language. A multiple choice: `q3.o1` 1 or 0 for each option. A matrix: `q4.r1` and `q4.r1.text` for each row. Open
    text only where `texts`. Nothing where it was not answered, `dismissed` where the respondent chose not to.
    """
    columns: dict[str, Column] = {}
    for definition in definitions:
        for question in definition.questions.values():
            if question.asks and (texts or question.kind != "text"):
                for column in _columns(question, language, definition.settings.default_language):
                    columns.setdefault(column.heading, column)
    return list(columns.values())


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Lines of RFC 4180."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def safe_cell(text: str) -> str:
    """Text that a spreadsheet does not take for a formula: an apostrophe before `= + - @`, a tab or a line break
    (OWASP, "CSV Injection"), white space before them notwithstanding.

    >>> safe_cell("=1+1"), safe_cell("fine"), safe_cell("  @SUM(A1)")
    ("'=1+1", 'fine', "'  @SUM(A1)")
    """
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") or text.lstrip()[:1] in FORMULA else text


FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def _columns(question: Question, language: str, default: str) -> Iterator[Column]:
    words = {one.id: safe_cell(translate(one.text, language, default)) for one in question.options}
    name = question.id
    if question.kind == "single_choice":
        yield Column(name, _given(name, _option))
        yield Column(f"{name}.text", _given(name, lambda answer: words.get(_option(answer), "")))
    elif question.kind == "multiple_choice":
        yield from (Column(f"{name}.{one.id}", _given(name, _chosen(one))) for one in question.options)
    elif question.kind == "likert":
        for row in question.rows:
            yield Column(f"{name}.{row.id}", _given(name, _of_row(row)))
            yield Column(f"{name}.{row.id}.text", _given(name, _words_of_row(row, words)))
    else:
        yield Column(name, _given(name, _plain))


def _given(question: str, cell: Callable[[Mapping[str, Any]], str]) -> Callable[[Answers], str]:
    def of(answers: Answers) -> str:
        answer = answers.get(question)
        if answer is None:
            return ""
        return DISMISSED if answer.get("dismissed") else cell(answer)

    return of


def _option(answer: Mapping[str, Any]) -> str:
    return str((answer.get("options") or [""])[0])


def _chosen(option: Option) -> Callable[[Mapping[str, Any]], str]:
    return lambda answer: "1" if option.id in answer.get("options", ()) else "0"


def _of_row(row: Option) -> Callable[[Mapping[str, Any]], str]:
    return lambda answer: str(answer.get("rows", {}).get(row.id, ""))


def _words_of_row(row: Option, words: Mapping[str, str]) -> Callable[[Mapping[str, Any]], str]:
    return lambda answer: words.get(_of_row(row)(answer), "")


def _plain(answer: Mapping[str, Any]) -> str:
    if "text" in answer:
        return safe_cell(str(answer["text"]))
    value = answer.get("date", answer.get("value"))
    return str(value).lower() if isinstance(value, bool) else str(value)
