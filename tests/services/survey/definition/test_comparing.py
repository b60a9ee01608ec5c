"""Answers of two versions are counted together only where both asked the same."""

from __future__ import annotations

from typing import Any

import pytest

from survey_service.definition import comparable, parse
from tests.services.survey.support import question, survey

OPTIONS = question("", "single_choice")["options"]
ROWS = question("", "likert")["rows"]
FIVE = {"min": 1, "max": 5}


def same(kind: str, before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether a question with these parts is comparable with itself with those."""
    versions = [parse(survey([question("q", kind, **parts)])) for parts in (before, after)]
    return comparable(versions[0], versions[1], "q")


COMPARABLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("nps", {}, {"text": "other words", "required": True}),
    ("csat", {}, {"scale": FIVE}),
    ("rating", {"scale": FIVE}, {"scale": FIVE | {"labels": {"1": "bad"}}}),
    ("single_choice", {}, {"options": OPTIONS[::-1]}),
    ("single_choice", {}, {"options": [one | {"text": "other words"} for one in OPTIONS]}),
]
OTHERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("csat", {}, {"scale": {"min": 1, "max": 7}}),
    ("rating", {"scale": FIVE}, {"scale": {"min": 0, "max": 5}}),
    ("number", {"scale": {"min": 0}}, {"scale": {"min": 0, "max": 9}}),
    ("single_choice", {}, {"options": OPTIONS[:2]}),
    ("single_choice", {}, {"options": [*OPTIONS[:2], OPTIONS[2] | {"id": "o4"}]}),
    ("multiple_choice", {}, {"max_choices": 2}),
    ("multiple_choice", {}, {"options": [*OPTIONS[:2], OPTIONS[2] | {"exclusive": True}]}),
    ("likert", {}, {"rows": ROWS[:1]}),
]


@pytest.mark.parametrize(("kind", "before", "after"), COMPARABLE)
def test_words_and_order_may_change(kind: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert same(kind, before, after)


@pytest.mark.parametrize(("kind", "before", "after"), OTHERS)
def test_scale_and_options_may_not(kind: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert not same(kind, before, after)


def test_another_kind_or_a_question_that_one_version_lacks_is_never_comparable() -> None:
    old, new = parse(survey([question("q", "csat")])), parse(survey([question("q", "rating"), question("r", "nps")]))
    assert not comparable(old, new, "q")
    assert not comparable(old, new, "r")
    assert not comparable(old, new, "gone")
