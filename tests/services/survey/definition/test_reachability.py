"""What no answers lead to is refused; the search agrees with trying every answer."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings

from survey_service.definition import Answer, check, parse, path
from survey_service.definition.reachability import unreachable
from tests.services.survey.definition.strategies import SMALL, every_answer, surveys
from tests.services.survey.support import question, survey

Document = dict[str, Any]


def at_least(name: str, value: int) -> Document:
    return {"question": name, "op": "gte", "value": value}


def at_most(name: str, value: int) -> Document:
    return {"question": name, "op": "lte", "value": value}


def faults(document: Document) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.kind) for fault in check(parse(document))]


def with_parts(page: int, document: Document, **parts: Any) -> Document:
    """The document with members of one of its pages."""
    document["pages"][page] |= parts
    return document


def nps_then(*pages: list[Document], **of_question: Any) -> Document:
    return survey([question("q", "nps", **of_question)], *pages)


CONTRADICTIONS: list[tuple[str, Document, str]] = [
    (
        "two ends of a scale",
        nps_then([question("w", "text", show_if={"all": [at_least("q", 9), at_most("q", 6)]})]),
        "/pages/1/questions/0",
    ),
    (
        "both options of a single choice",
        survey(
            [question("s", "single_choice")],
            [
                question(
                    "w",
                    "text",
                    show_if={"all": [{"question": "s", "op": "eq", "value": one} for one in ("o1", "o2")]},
                )
            ],
        ),
        "/pages/1/questions/0",
    ),
    (
        "a condition and its opposite on an attribute",
        nps_then(
            [
                question(
                    "w",
                    "text",
                    show_if={
                        "all": [
                            {"attribute": "tier", "op": "eq", "value": "gold"},
                            {"not": {"attribute": "tier", "op": "eq", "value": "gold"}},
                        ]
                    },
                )
            ]
        ),
        "/pages/1/questions/0",
    ),
    (
        "a required answer that is not there",
        nps_then([question("w", "text", show_if={"question": "q", "op": "answered", "value": False})], required=True),
        "/pages/1/questions/0",
    ),
    (
        "the answer to a question that the page hides",
        with_parts(
            1,
            nps_then([question("w", "text", show_if=at_least("q", 9)), question("x", "text")]),
            show_if=at_most("q", 6),
        ),
        "/pages/1/questions/0",
    ),
    (
        "an answer that is only asked of others",
        nps_then(
            [question("w", "rating", show_if=at_least("q", 9))],
            [question("x", "text", show_if={"all": [at_most("q", 6), at_least("w", 1)]})],
        ),
        "/pages/2/questions/0",
    ),
    (
        "a page that a jump always passes",
        with_parts(0, nps_then([question("w", "text")], [question("x", "text")]), next=[{"page": "p3"}]),
        "/pages/1",
    ),
    (
        "a page that jumps pass in every case",
        with_parts(
            0,
            nps_then([question("w", "text")], [question("x", "text")], required=True),
            next=[{"if": at_most("q", 6), "page": "p3"}, {"if": at_least("q", 7), "page": "end"}],
        ),
        "/pages/1",
    ),
    (
        "a jump after one that is always taken",
        with_parts(
            0, nps_then([question("w", "text")]), next=[{"page": "p2"}, {"if": at_least("q", 9), "page": "end"}]
        ),
        "/pages/0/next/1",
    ),
]


@pytest.mark.parametrize(
    ("document", "place"), [one[1:] for one in CONTRADICTIONS], ids=[one[0] for one in CONTRADICTIONS]
)
def test_what_no_answers_lead_to_is_named(document: Document, place: str) -> None:
    assert faults(document) == [(place, "unreachable")]


def test_a_page_that_only_a_jump_from_an_optional_question_passes_can_be_reached() -> None:
    jumps = [{"if": at_most("q", 6), "page": "p3"}, {"if": at_least("q", 7), "page": "end"}]
    document = with_parts(0, nps_then([question("w", "text")], [question("x", "text")]), next=jumps)
    assert faults(document) == []


def test_several_options_of_a_multiple_choice_can_be_chosen_unless_one_is_at_most() -> None:
    both = {"all": [{"question": "m", "op": "eq", "value": one} for one in ("o1", "o2")]}

    def asked(**parts: Any) -> Document:
        return survey([question("m", "multiple_choice", **parts)], [question("w", "text", show_if=both)])

    assert faults(asked()) == []
    assert faults(asked(max_choices=1)) == [("/pages/1/questions/0", "unreachable")]


def test_a_range_of_numbers_and_of_dates_is_looked_into() -> None:
    between = [{"question": "n", "op": "gt", "value": 1}, {"question": "n", "op": "lt", "value": 2}]
    days = [{"question": "d", "op": op, "value": "2026-03-21"} for op in ("gt", "lt")]
    asked = [question("n", "number"), question("d", "date")]
    assert faults(survey(asked, [question("w", "text", show_if={"all": between})])) == []
    never = survey(asked, [question("w", "text", show_if={"all": days})])
    assert faults(never) == [("/pages/1/questions/0", "unreachable")]


@settings(max_examples=60)
@given(surveys(kinds=SMALL, most=5))
def test_the_search_finds_what_trying_every_answer_finds(document: Document) -> None:
    definition = parse(document)
    possible: list[list[Answer | None]] = [
        [*every_answer(one), *([] if one.required else [None])] for one in definition.questions.values()
    ]
    pages: set[str] = set()
    seen: set[str] = set()
    for chosen in product(*possible):
        there = {name: one for name, one in zip(definition.questions, chosen, strict=True) if one is not None}
        found = path(definition, there, {})
        pages.update(found.pages)
        seen.update(found.visible)
    expected = {f"/pages/{number}" for number, page in enumerate(definition.pages) if page.id not in pages} | {
        f"/pages/{number}/questions/{index}"
        for number, page in enumerate(definition.pages)
        for index, one in enumerate(page.questions)
        if page.id in pages and one.id not in seen
    }
    assert {place for place in unreachable(definition) if "/next/" not in place} == expected
