"""Columns and cells of responses as a table."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from survey_service.definition.domain import Definition, Option, Page, Question, Scale
from survey_service.results.table import columns_of, csv_lines, safe_cell

OPTIONS = (Option("o1", {"fa": "خوب", "en": "good"}), Option("o2", {"fa": "بد", "en": "=bad"}))
QUESTIONS = (
    Question(id="q1", kind="nps", text={"en": "?"}, scale=Scale(0, 10)),
    Question(id="q2", kind="single_choice", text={"en": "?"}, options=OPTIONS),
    Question(id="q3", kind="multiple_choice", text={"en": "?"}, options=OPTIONS),
    Question(id="q4", kind="likert", text={"en": "?"}, options=OPTIONS, rows=(Option("r1", {"en": "staff"}),)),
    Question(id="q5", kind="text", text={"en": "?"}),
    Question(id="q6", kind="consent", text={"en": "?"}),
    Question(id="q7", kind="date", text={"en": "?"}),
    Question(id="hello", kind="statement", text={"en": "!"}),
)
ANSWERS: dict[str, dict[str, Any]] = {
    "q1": {"value": 9},
    "q2": {"options": ["o1"]},
    "q3": {"options": ["o2"]},
    "q4": {"rows": {"r1": "o2"}},
    "q5": {"text": '=cmd|" /C calc"!A0'},
    "q6": {"value": True},
    "q7": {"date": "2025-03-20"},
}


def definition(*questions: Question) -> Definition:
    return Definition(code="s", title={"en": "s"}, pages=(Page(id="p1", questions=questions),))


def cells(answers: dict[str, dict[str, Any]], language: str = "fa", *, texts: bool = True) -> dict[str, str]:
    columns = columns_of([definition(*QUESTIONS)], language, texts=texts)
    return {column.heading: column.cell(answers) for column in columns}


def test_columns_follow_the_definition() -> None:
    assert list(cells({})) == [
        "q1", "q2", "q2.text", "q3.o1", "q3.o2", "q4.r1", "q4.r1.text", "q5", "q6", "q7",
    ]  # fmt: skip


def test_cells_say_ids_and_words_of_the_language() -> None:
    assert cells(ANSWERS) | {"q5": ""} == {
        "q1": "9", "q2": "o1", "q2.text": "خوب", "q3.o1": "0", "q3.o2": "1", "q4.r1": "o2", "q4.r1.text": "بد",
        "q5": "", "q6": "true", "q7": "2025-03-20",
    }  # fmt: skip
    assert cells(ANSWERS, "en")["q2.text"] == "good"


def test_a_formula_stays_text_in_answers_and_in_words() -> None:
    assert cells(ANSWERS)["q5"].startswith("'=cmd")
    assert cells(ANSWERS, "en")["q4.r1.text"] == "'=bad"


def test_without_the_right_open_text_has_no_column() -> None:
    assert "q5" not in cells(ANSWERS, texts=False)


def test_what_was_not_answered_is_empty_and_what_was_dismissed_says_so() -> None:
    found = cells({"q1": {"dismissed": True}, "q3": {"dismissed": True}})
    assert (found["q1"], found["q3.o1"], found["q2"], found["q4.r1"]) == ("dismissed", "dismissed", "", "")


def test_a_question_that_only_an_older_version_had_comes_last() -> None:
    newest, older = definition(QUESTIONS[0]), definition(QUESTIONS[5], QUESTIONS[0])
    assert [column.heading for column in columns_of([newest, older], "en", texts=True)] == ["q1", "q6"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1"])
def test_whatever_a_spreadsheet_would_run_is_marked_as_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "fine", "a=b", "سلام", "5 - 3"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_lines_survive_commas_quotes_and_line_breaks() -> None:
    row = ["a,b", 'say "yes"', "two\nlines", "فارسی"]
    assert next(csv.reader(io.StringIO(csv_lines([row]), newline=""))) == row
    assert csv_lines([["a", "b"]]) == "a,b\r\n"
