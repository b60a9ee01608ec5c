"""Which questions a respondent sees."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.definition import Answer, Definition, parse, path
from tests.services.survey.definition.strategies import answers, surveys
from tests.services.survey.support import question, survey


def low(name: str) -> dict[str, Any]:
    """Six or less."""
    return {"question": name, "op": "lte", "value": 6}


DETRACTORS = survey(
    [question("nps", "nps", required=True)],
    [question("why", "text", required=True, show_if=low("nps"))],
    [question("again", "consent")],
)


def visible(document: dict[str, Any], given_answers: dict[str, Answer], **attributes: Any) -> tuple[str, ...]:
    """The questions seen."""
    return path(parse(document), given_answers, attributes).visible


def test_a_question_shows_where_its_condition_holds() -> None:
    assert visible(DETRACTORS, {"nps": Answer(value=6)}) == ("nps", "why", "again")
    assert visible(DETRACTORS, {"nps": Answer(value=7)}) == ("nps", "again")


def test_going_back_hides_the_branch_and_drops_its_answers() -> None:
    there = {"nps": Answer(value=9), "why": Answer(text="slow"), "again": Answer(value=True)}
    found = path(parse(DETRACTORS), there, {})
    assert found.hidden == ("why",)
    assert set(found.kept) == {"nps", "again"}
    assert found.finished_possible


def test_required_questions_are_missing_only_where_they_are_seen() -> None:
    definition = parse(DETRACTORS)
    assert path(definition, {}, {}).missing == ("nps",)
    assert path(definition, {"nps": Answer(value=3)}, {}).missing == ("why",)
    assert path(definition, {"nps": Answer(value=10)}, {}).missing == ()


def test_a_dismissed_answer_counts_as_none_for_conditions_and_for_what_is_required() -> None:
    found = path(parse(DETRACTORS), {"nps": Answer(dismissed=True)}, {})
    assert found.visible == ("nps", "again")
    assert found.missing == ("nps",)


def test_a_required_consent_must_be_given() -> None:
    definition = parse(survey([question("c", "consent", required=True)]))
    assert path(definition, {"c": Answer(value=False)}, {}).missing == ("c",)
    assert path(definition, {"c": Answer(value=True)}, {}).missing == ()


def test_each_row_of_a_required_matrix_must_be_answered() -> None:
    definition = parse(survey([question("m", "likert", required=True)]))
    assert path(definition, {"m": Answer(rows={"r1": "o1"})}, {}).missing == ("m",)
    assert path(definition, {"m": Answer(rows={"r1": "o1", "r2": "o3"})}, {}).missing == ()


def test_dismissing_everything_is_no_response() -> None:
    definition = parse(survey([question("q", "nps")]))
    assert not path(definition, {}, {}).finished_possible
    assert not path(definition, {"q": Answer(dismissed=True)}, {}).finished_possible
    assert path(definition, {"q": Answer(value=0)}, {}).finished_possible


def test_the_first_jump_that_holds_is_taken() -> None:
    document = survey([question("q", "nps")], [question("a", "text")], [question("b", "text")])
    document["pages"][0]["next"] = [
        {"if": {"question": "q", "op": "gte", "value": 9}, "page": "p3"},
        {"if": {"question": "q", "op": "gte", "value": 5}, "page": "end"},
    ]
    assert visible(document, {"q": Answer(value=9)}) == ("q", "b")
    assert visible(document, {"q": Answer(value=5)}) == ("q",)
    assert visible(document, {"q": Answer(value=4)}) == ("q", "a", "b")


def test_a_hidden_page_takes_its_questions_and_its_jump_with_it() -> None:
    document = survey([question("q", "nps")], [question("a", "text")], [question("b", "text")])
    document["pages"][1] |= {"show_if": low("q"), "next": [{"page": "end"}]}
    assert visible(document, {"q": Answer(value=6)}) == ("q", "a")
    assert visible(document, {"q": Answer(value=7)}) == ("q", "b")


def test_conditions_ask_customer_attributes_too() -> None:
    document = survey([question("q", "nps", show_if={"attribute": "tier", "op": "in", "value": ["gold", "silver"]})])
    assert visible(document, {}, tier="gold") == ("q",)
    assert visible(document, {}, tier="bronze") == ()
    assert visible(document, {}) == ()


def test_values_of_two_kinds_are_never_equal_and_have_no_order() -> None:
    equal = survey([question("q", "nps", show_if={"attribute": "a", "op": "eq", "value": 1})])
    above = survey([question("q", "nps", show_if={"attribute": "a", "op": "gt", "value": 1})])
    assert visible(equal, {}, a=1) == ("q",)
    assert visible(equal, {}, a=True) == visible(equal, {}, a="1") == ()
    assert visible(above, {}, a=1.5) == ("q",)
    assert visible(above, {}, a="2") == visible(above, {}, a=True) == ()


def test_a_choice_equals_each_option_that_was_chosen() -> None:
    condition = {"question": "m", "op": "eq", "value": "o2"}
    document = survey([question("m", "multiple_choice"), question("q", "text", show_if=condition)])
    assert visible(document, {"m": Answer(options=("o1", "o2"))}) == ("m", "q")
    assert visible(document, {"m": Answer(options=("o1", "o3"))}) == ("m",)


def test_an_unanswered_question_differs_from_nothing() -> None:
    differs = survey(
        [question("s", "single_choice"), question("q", "text", show_if={"question": "s", "op": "ne", "value": "o1"})]
    )
    assert visible(differs, {}) == ("s",)
    assert visible(differs, {"s": Answer(options=("o2",))}) == ("s", "q")


@st.composite
def answered(draw: st.DrawFn) -> tuple[Definition, dict[str, Answer]]:
    """A survey and answers to it."""
    definition = parse(draw(surveys()))
    return definition, draw(answers(definition))


@settings(max_examples=40)
@given(answered())
def test_what_is_seen_is_in_the_order_of_the_survey(case: tuple[Definition, dict[str, Answer]]) -> None:
    definition, there = case
    found = path(definition, there, {})
    order = {name: place for place, name in enumerate(definition.questions)}
    pages = [page.id for page in definition.pages]
    assert [order[name] for name in found.visible] == sorted({order[name] for name in found.visible})
    assert list(found.pages) == [one for one in pages if one in found.pages]


@settings(max_examples=40)
@given(answered())
def test_one_pass_is_enough_and_hidden_answers_influence_nothing(case: tuple[Definition, dict[str, Answer]]) -> None:
    definition, there = case
    found = path(definition, there, {})
    again = path(definition, found.kept, {})
    assert (again.visible, again.pages, again.missing) == (found.visible, found.pages, found.missing)
    assert (dict(again.kept), again.hidden) == (dict(found.kept), ())


@settings(max_examples=40)
@given(answered(), st.data())
def test_other_answers_to_hidden_questions_change_nothing(
    case: tuple[Definition, dict[str, Answer]], data: st.DataObject
) -> None:
    definition, there = case
    found = path(definition, there, {})
    others = data.draw(answers(definition))
    unseen = {name: one for name, one in others.items() if name not in found.visible}
    again = path(definition, dict(found.kept) | unseen, {})
    assert (again.visible, dict(again.kept), again.missing) == (found.visible, dict(found.kept), found.missing)


@settings(max_examples=40)
@given(answered())
def test_the_same_answers_in_another_order_give_the_same_path(case: tuple[Definition, dict[str, Answer]]) -> None:
    definition, there = case
    turned = dict(reversed(there.items()))
    assert path(definition, turned, {}).visible == path(definition, there, {}).visible


def test_the_path_of_thirty_questions_takes_at_most_fifty_microseconds() -> None:
    pages = [
        [
            question(f"q{number}_{place}", "nps", show_if=low(f"q{number - 1}_{place}") if number else None)
            for place in "abc"
        ]
        for number in range(10)
    ]
    definition = parse(survey(*pages))
    there = {name: Answer(value=3) for name in definition.questions}
    assert len(path(definition, there, {}).visible) == 30
    times = []
    for _ in range(300):
        start = time.perf_counter()
        for _ in range(10):
            path(definition, there, {})
        times.append((time.perf_counter() - start) / 10)
    print(f"path of 30 questions: best {min(times) * 1e6:.1f} µs, median {sorted(times)[150] * 1e6:.1f} µs")
    assert min(times) <= 50e-6
