"""Which counters a finished response moves."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from survey_service.definition import parse
from survey_service.definition.domain import Answer
from survey_service.results.counting import (
    Cell,
    FinishedResponse,
    Move,
    Whose,
    counters_of,
    last_answered,
    plain_number,
)
from tests.services.survey.support import question, survey

SURVEY = UUID("0199f5a0-0000-7000-8000-000000000001")
DAY = date(2026, 3, 21)


def counted(response: FinishedResponse) -> set[Cell]:
    """Slice, question, member, item and value of what moved; each by one."""
    ((whose, moved),) = counters_of([response]).items()
    assert whose == (SURVEY, 3, DAY)
    assert set(moved.values()) == {1}
    return set(moved)


def finished(answers: dict[str, Answer], **more: object) -> FinishedResponse:
    return FinishedResponse(SURVEY, 3, DAY, answers, **more)  # type: ignore[arg-type]


def test_each_kind_of_answer_is_counted_by_what_was_said() -> None:
    answers = {
        "scale": Answer(value=9),
        "consent": Answer(value=True),
        "several": Answer(options=("o1", "o3")),
        "matrix": Answer(rows={"r1": "o2"}),
        "day": Answer(date=date(2025, 3, 20)),
        "number": Answer(value=2.50),
    }
    assert {(key[1], *key[3:]) for key in counted(finished(answers)) if key[0] == ""} == {
        ("", "finished", ""),
        *((question, "answered", "") for question in answers),
        ("scale", "value", "9"),
        ("consent", "value", "true"),
        ("several", "value", "o1"),
        ("several", "value", "o3"),
        ("matrix", "row:r1", "o2"),
        ("day", "value", "2025-03-20"),
        ("number", "value", "2.5"),
    }


def test_of_a_text_only_that_it_was_given_is_kept() -> None:
    moved = counted(finished({"why": Answer(text="my phone is 0912")}))
    assert ("", "why", "", "answered", "") in moved
    assert not any("0912" in part for key in moved for part in key)


def test_dismissed_is_counted_apart() -> None:
    moved = counted(finished({"scale": Answer(dismissed=True)}))
    assert ("", "scale", "", "dismissed", "") in moved
    assert not any(key[3] in ("answered", "value") for key in moved)


def test_languages_and_channels_count_responses_and_attributes_count_answers() -> None:
    moved = counted(
        finished(
            {"q": Answer(value=7)}, language="fa", channel=None, attributes={"tier": "gold", "city": None, "vip": True}
        )
    )
    assert {key for key in moved if key[0]} == {
        ("language", "", "fa", "finished", ""),
        ("channel", "", "", "finished", ""),
        *(
            (slice_, question, member, item, value)
            for slice_, member in (("attribute:tier", "gold"), ("attribute:vip", "true"))
            for question, item, value in (("", "finished", ""), ("q", "answered", ""), ("q", "value", "7"))
        ),
    }


def test_responses_of_a_batch_are_added_up() -> None:
    moved = counters_of(
        [finished({"q": Answer(value=7)}), finished({"q": Answer(value=7)}), finished({"q": Answer(value=8)})]
    )
    assert moved[Whose(SURVEY, 3, DAY)]["", "q", "", "value", "7"] == 2
    assert moved[Whose(SURVEY, 3, DAY)]["", "", "", "finished", ""] == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (3.0, "3"), (-2.50, "-2.5"), (1e20, "100000000000000000000"), (1e-7, "0.0000001"), (100, "100")],
)
def test_a_number_has_one_spelling(value: float, text: str) -> None:
    assert plain_number(value) == text


def test_responses_that_are_not_finished_are_counted_by_where_they_are() -> None:
    moves = [Move(SURVEY, 3, DAY, None, ""), Move(SURVEY, 3, DAY, "", "q1"), Move(SURVEY, 3, DAY, "q1", "q1")]
    assert counters_of([], moves) == {Whose(SURVEY, 3, DAY): {("", "", "", "open", "q1"): 1}}


def test_the_last_question_answered_is_the_last_in_the_order_of_the_survey() -> None:
    definition = parse(survey([question("a", "nps")], [question("b", "csat"), question("c", "text")]))
    assert last_answered(definition, {"b": {"value": 1}, "a": {"dismissed": True}}) == "b"
    assert last_answered(definition, {"a": {"dismissed": True}}) == "a"
    assert last_answered(definition, {}) == ""
