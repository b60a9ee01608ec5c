"""A definition that has the wrong shape is refused, each wrong place named; what is not said has its usual value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hamdel.http import InvalidValue
from survey_service.definition import parse, questions_of
from survey_service.definition.domain import KINDS, All, AnyOf, Comparison, Jump, Not
from tests.services.survey.support import question, survey

FIRST = "/pages/0/questions/0"
OPTION = {"id": "o1", "text": "yes"}
LEAF = {"question": "a", "op": "answered"}
LIKE = {"question": "a", "op": "like", "value": 1}

WRONG: list[tuple[dict[str, Any], str]] = [
    (survey(code="Not A Code"), "/code"),
    (survey(title={}), "/title"),
    (survey(title={"fa": 7}), "/title/fa"),
    (survey(title={"Persian": "x"}), "/title/Persian"),
    (survey(pages=[]), "/pages"),
    (survey(pages=[{"id": "p1", "questions": []}]), "/pages/0/questions"),
    (survey(sampling=1.5), "/sampling"),
    (survey(calendar="lunar"), "/calendar"),
    (survey(recontact_days=-1), "/recontact_days"),
    (survey(closes_at="2026-02-30T00:00:00Z"), "/closes_at"),
    (survey(colour="red"), "/colour"),
    (survey([question("q", "stars")]), FIRST),
    (survey([question("q 1", "nps")]), f"{FIRST}/id"),
    (survey([question("q", "nps", required="yes")]), f"{FIRST}/required"),
    (survey([question("q", "nps", options=[])]), f"{FIRST}/options"),
    (survey([question("q", "rating", scale={"min": 1.5, "max": 5})]), f"{FIRST}/scale/min"),
    (survey([question("q", "single_choice", options=[OPTION, "no"])]), f"{FIRST}/options/1"),
    (survey([question("q", "single_choice", options=[{"text": "yes"}])]), f"{FIRST}/options/0/id"),
    (survey([question("q", "nps", show_if={"all": []})]), f"{FIRST}/show_if/all"),
    (survey([question("q", "nps", show_if={"all": [LEAF], "any": [LEAF]})]), f"{FIRST}/show_if/any"),
    (survey([question("q", "nps", show_if={"not": 7})]), f"{FIRST}/show_if/not"),
    (
        survey([question("q", "nps", show_if={"any": [LEAF, LEAF | {"op": "like", "value": 1}]})]),
        f"{FIRST}/show_if/any/1/op",
    ),
    (survey([question("q", "nps", show_if=LEAF | {"op": "eq", "value": None})]), f"{FIRST}/show_if/value"),
    (survey([question("q", "nps", show_if=LEAF | {"op": "in", "value": 7})]), f"{FIRST}/show_if/value"),
    (survey([question("q", "nps", show_if=LEAF | {"attribute": "x"})]), f"{FIRST}/show_if/attribute"),
]


@pytest.mark.parametrize(("document", "place"), WRONG, ids=[place for _, place in WRONG])
def test_the_wrong_place_is_named(document: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse(document)
    assert {fault.pointer for fault in refused.value.errors} == {place}


@pytest.mark.parametrize("document", [None, [], "survey", 7])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(InvalidValue):
        parse(document)


def test_scales_have_their_usual_ends() -> None:
    definition = parse(survey([question(kind, kind) for kind in KINDS]))
    scales = {name: (one.scale.min, one.scale.max) for name, one in questions_of(definition).items() if one.scale}
    assert scales == {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "rating": (1, 5), "number": (None, None)}


def test_questions_are_in_the_order_they_are_asked() -> None:
    definition = parse(survey([question("z", "nps"), question("a", "text")], [question("m", "date")]))
    assert list(questions_of(definition)) == ["z", "a", "m"]


def test_a_plain_text_is_the_text_of_any_language() -> None:
    definition = parse(survey([question("q", "nps", text="How likely?")]))
    assert questions_of(definition)["q"].text == {"any": "How likely?"}


def test_conditions_and_jumps_are_read() -> None:
    nps = {"question": "a", "op": "in", "value": [9, 10]}
    document = survey([question("a", "nps")], [question("b", "text", show_if={"all": [nps, {"not": {"any": [LEAF]}}]})])
    document["pages"][0]["next"] = [{"if": nps, "page": "end"}]
    definition = parse(document)
    test = Comparison("in", (9, 10), question="a")
    assert questions_of(definition)["b"].show_if == All(
        (test, Not(AnyOf((Comparison("answered", True, question="a"),))))
    )
    assert definition.pages[0].next == (Jump("end", test),)


def test_settings_that_are_not_given_have_their_usual_values() -> None:
    found = parse(survey()).settings
    assert (found.languages, found.default_language) == ((), "fa")
    assert (found.anonymous, found.calendar, found.timezone, found.late) == (False, "gregorian", "UTC", "accept")
    assert (found.sampling, found.recontact_days, found.channel, found.purpose) == (1, None, "email", "survey")


def test_the_default_language_is_the_first_one_that_is_declared_or_that_the_title_has() -> None:
    assert parse(survey(languages=["en", "fa"])).settings.default_language == "en"
    assert parse(survey(title={"en": "Survey"})).settings.default_language == "en"
    assert parse(survey(title="Survey")).settings.default_language == "fa"


def test_the_end_of_a_survey_is_a_moment() -> None:
    found = parse(survey(closes_at="2026-03-21T00:00:00+03:30")).settings.closes_at
    assert found == datetime(2026, 3, 20, 20, 30, tzinfo=UTC)
