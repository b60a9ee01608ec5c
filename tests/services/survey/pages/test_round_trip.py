"""What a page shows is what its form says when it is sent back as it came."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hamdel.ids import new_id
from survey_service.definition import Answer, parse, validate_answer
from survey_service.pages.forms import given_answers, read_form
from survey_service.pages.views import Field, Reader, fields_of
from survey_service.pages.words import LANGUAGES
from tests.services.survey.support import question, survey

KINDS = ("nps", "csat", "single_choice", "multiple_choice", "likert", "number", "date", "text")
YEAR = 2026
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=50)
OPTIONS = ("o1", "o2", "o3")
NUMBERS = st.integers(-(10**15), 10**15) | st.decimals(-1000, 1000, places=10).map(float)

ANSWERS: dict[str, st.SearchStrategy[Answer]] = {
    "nps": st.integers(0, 10).map(lambda value: Answer(value=value)),
    "csat": st.integers(1, 5).map(lambda value: Answer(value=value)),
    "single_choice": st.sampled_from(OPTIONS).map(lambda one: Answer(options=(one,))),
    "multiple_choice": st.sets(st.sampled_from(OPTIONS), min_size=1).map(
        lambda some: Answer(options=tuple(sorted(some)))
    ),
    "likert": st.dictionaries(st.sampled_from(["r1", "r2"]), st.sampled_from(OPTIONS), min_size=1).map(
        lambda rows: Answer(rows=rows)
    ),
    "number": NUMBERS.map(lambda value: Answer(value=int(value) if value == int(value) else value)),
    "date": st.dates(date(1850, 1, 1), date(2100, 1, 1)).map(lambda day: Answer(date=day)),
    "text": TEXTS.filter(str.strip).map(lambda text: Answer(text=text)),
}
SHEETS = st.fixed_dictionaries(
    {}, optional={kind: one | st.just(Answer(dismissed=True)) for kind, one in ANSWERS.items()}
)


def pressed(field: Field) -> list[tuple[str, str]]:
    """The controls of a field that a browser sends (HTML, section 4.10.22.4): what is checked, chosen or written."""
    name = f"a.{field.id}"
    sent = [(name, choice.value) for choice in field.choices if choice.checked]
    sent += [(f"{name}.{row.id}", choice.value) for row in field.rows for choice in row.choices if choice.checked]
    sent += [(f"{name}.{part.name}", value) for part in field.parts for value, _, chosen in part.options if chosen]
    if field.layout in ("text", "number"):
        sent.append((name, field.value.replace("\n", "\r\n")))
    return [*sent, (f"d.{field.id}", "1")] if field.dismissed and field.layout not in ("scale", "list") else sent


@given(SHEETS, st.sampled_from(LANGUAGES), st.sampled_from(["gregorian", "jalali"]))
def test_a_form_that_nobody_touched_says_what_is_stored(sheet: dict[str, Answer], language: Any, calendar: str) -> None:
    definition = parse(survey([question(kind, kind) for kind in KINDS], calendar=calendar))
    stored = {name: answer.on_wire() for name, answer in sheet.items()}
    reader = Reader(language=language, kept={}, attributes={}, year=YEAR)
    fields = fields_of(definition, definition.questions, stored, {}, reader)
    sent = [("shown", " ".join(KINDS)), *(control for field in fields for control in pressed(field))]
    back = given_answers(definition.questions.values(), read_form(urlencode(sent).encode()), calendar)
    assert back.faults == {}
    answers = {name: validate_answer(definition.questions[name], raw) for name, raw in back.raw.items()}
    assert {name: answer for name, answer in answers.items() if answer} == sheet


@given(st.binary(max_size=300), st.uuids())
def test_no_body_breaks_the_reading_of_a_form(body: bytes, response_id: UUID) -> None:
    form = read_form(body + f"&response={response_id}&shown=nps&a.nps={new_id()}".encode())
    definition = parse(survey([question("nps", "nps")]))
    assert form.step >= 0
    assert given_answers(definition.questions.values(), form, "jalali").raw.keys() <= {"nps"}
