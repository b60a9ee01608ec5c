"""A definition that makes no sense is refused, and the place is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from hamdel.http import InvalidValue
from survey_service.definition import check, parse, path
from tests.services.survey.definition.spoiling import reads, spoiled
from tests.services.survey.support import question, survey

Document = dict[str, Any]


def shown_if(**test: Any) -> Document:
    """One question of each kind, and then one that is shown if."""
    kinds = ("nps", "rating", "single_choice", "multiple_choice", "likert", "number", "date", "text", "consent")
    asked = [question(kind, kind) for kind in kinds] + [question("say", "statement")]
    asked[5]["scale"] = {"min": 18, "max": 99}
    return survey(asked, [question("x", "text", show_if=test)])


def jumping(to: str) -> Document:
    """The second of three pages jumps."""
    document = survey(*([question(f"q{number}", "nps")] for number in (1, 2, 3)))
    document["pages"][1]["next"] = [{"if": {"question": "q2", "op": "gt", "value": 5}, "page": to}]
    return document


def one(kind: str, **parts: Any) -> Document:
    """One question."""
    return survey([question("q", kind, **parts)])


SHOWN = "/pages/1/questions/0/show_if"
FIRST = "/pages/0/questions/0"
OPTION = {"id": "o1", "text": "o"}

REFUSED: list[tuple[Document, str, str]] = [
    (shown_if(question="gone", op="eq", value=1), f"{SHOWN}/question", "unknown_question"),
    (shown_if(question="x", op="answered", value=True), f"{SHOWN}/question", "later_question"),
    (shown_if(question="say", op="answered", value=True), f"{SHOWN}/op", "operator_for_kind"),
    (shown_if(question="text", op="eq", value="yes"), f"{SHOWN}/op", "operator_for_kind"),
    (shown_if(question="single_choice", op="gt", value="o1"), f"{SHOWN}/op", "operator_for_kind"),
    (shown_if(question="single_choice", op="eq", value="o9"), f"{SHOWN}/value", "unknown_option"),
    (shown_if(question="multiple_choice", op="in", value=["o1", "o9"]), f"{SHOWN}/value/1", "unknown_option"),
    (shown_if(question="likert", row="r1", op="eq", value="o9"), f"{SHOWN}/value", "unknown_option"),
    (shown_if(question="likert", row="r9", op="eq", value="o1"), f"{SHOWN}/row", "no_such_row"),
    (shown_if(question="likert", op="eq", value="o1"), f"{SHOWN}/row", "missing"),
    (shown_if(question="nps", row="r1", op="eq", value=1), f"{SHOWN}/row", "no_such_row"),
    (shown_if(question="nps", op="gt", value=10), f"{SHOWN}/value", "never_holds"),
    (shown_if(question="nps", op="lt", value=0), f"{SHOWN}/value", "never_holds"),
    (shown_if(question="nps", op="eq", value=11), f"{SHOWN}/value", "never_holds"),
    (shown_if(question="nps", op="eq", value=5.5), f"{SHOWN}/value", "never_holds"),
    (shown_if(question="nps", op="in", value=[5, -1]), f"{SHOWN}/value/1", "never_holds"),
    (shown_if(question="nps", op="eq", value="9"), f"{SHOWN}/value", "float_type"),
    (shown_if(question="rating", op="gte", value=6), f"{SHOWN}/value", "never_holds"),
    (shown_if(question="number", op="lt", value=18), f"{SHOWN}/value", "never_holds"),
    (shown_if(question="date", op="lt", value="2026-02-30"), f"{SHOWN}/value", "date_parsing"),
    (shown_if(question="date", op="lt", value="20260230"), f"{SHOWN}/value", "date_parsing"),
    (shown_if(question="consent", op="eq", value="yes"), f"{SHOWN}/value", "bool_type"),
    (shown_if(attribute="vip", op="lt", value=True), f"{SHOWN}/value", "not_comparable"),
    (shown_if(all=[{"question": "nps", "op": "gt", "value": 10}]), f"{SHOWN}/all/0/value", "never_holds"),
    (
        shown_if(any=[{"not": {"question": "gone", "op": "answered"}}]),
        f"{SHOWN}/any/0/not/question",
        "unknown_question",
    ),
    (jumping("p9"), "/pages/1/next/0/page", "unknown_page"),
    (jumping("p2"), "/pages/1/next/0/page", "backward_jump"),
    (jumping("p1"), "/pages/1/next/0/page", "backward_jump"),
    (survey([question("q", "nps")], [question("q", "nps")]), "/pages/1/questions/0/id", "given_twice"),
    (one("single_choice", options=[OPTION, OPTION]), f"{FIRST}/options/1/id", "given_twice"),
    (one("likert", rows=[OPTION, OPTION]), f"{FIRST}/rows/1/id", "given_twice"),
    (one("nps", scale={"min": 1, "max": 10}), f"{FIRST}/scale", "nps_scale"),
    (one("nps", scale={"min": 0, "max": 5}), f"{FIRST}/scale", "nps_scale"),
    (one("rating", scale={"min": 1, "max": 2}), f"{FIRST}/scale", "scale_steps"),
    (one("rating", scale={"min": 0, "max": 10}), f"{FIRST}/scale", "scale_steps"),
    (one("ces", scale={"min": 7, "max": 1}), f"{FIRST}/scale/max", "scale_order"),
    (one("number", scale={"min": 3, "max": 3}), f"{FIRST}/scale/max", "scale_order"),
    (one("csat", scale={"min": 1, "max": 5, "labels": {"6": "x"}}), f"{FIRST}/scale/labels/6", "never_holds"),
    (one("multiple_choice", max_choices=4), f"{FIRST}/max_choices", "too_many_choices"),
    (one("multiple_choice", min_choices=3, max_choices=2), f"{FIRST}/min_choices", "too_many_choices"),
    (one("statement"), "/pages", "asks_nothing"),
    (one("nps", text={"fa": "{{answer:q|؟}}"}), f"{FIRST}/text/fa", "later_question"),
    (one("nps", text="{{answer:gone|?}}"), f"{FIRST}/text", "unknown_question"),
    (one("nps", text="{{answer:q}}"), f"{FIRST}/text", "pipe"),
    (one("nps", text="{{ name }}"), f"{FIRST}/text", "pipe"),
    (survey(timezone="Mars/Olympus"), "/timezone", "unknown_timezone"),
    (survey(timezone="../etc/passwd"), "/timezone", "unknown_timezone"),
    (survey(languages=["fa", "fa"]), "/languages/1", "given_twice"),
    (survey(languages=["fa"], default_language="en"), "/default_language", "undeclared_language"),
    (survey(reminder_days=[5, 3]), "/reminder_days/1", "reminder_order"),
    (survey(reminder_days=[30], invitation_days=30), "/reminder_days/0", "reminder_order"),
]


@pytest.mark.parametrize(("document", "place", "kind"), REFUSED, ids=[f"{one[1]}-{one[2]}" for one in REFUSED])
def test_it_is_refused_at_this_place(document: Document, place: str, kind: str) -> None:
    assert [(fault.pointer, fault.kind) for fault in check(parse(document))] == [(place, kind)]


ACCEPTED: list[Document] = [
    survey(),
    jumping("p3"),
    jumping("end"),
    one("rating", scale={"min": 1, "max": 3}),
    one("rating", scale={"min": 1, "max": 10}),
    one("csat", scale={"min": 0, "max": 4, "labels": {"0": {"fa": "بد"}, "4": "good"}}),
    one("number", scale={"max": 3}),
    shown_if(question="nps", op="lte", value=0),
    shown_if(question="nps", op="gte", value=10),
    shown_if(question="likert", op="answered"),
    shown_if(question="likert", row="r2", op="in", value=["o1", "o2"]),
    shown_if(question="date", op="gte", value="2026-03-21"),
    shown_if(attribute="tier", op="eq", value="gold"),
    survey([question("q", "nps")], [question("w", "text", text="{{answer:q|that}} — {{customer:name|you}}")]),
    survey(timezone="Asia/Tehran", calendar="jalali", languages=["fa", "en"], reminder_days=[3, 7]),
]


@pytest.mark.parametrize("document", ACCEPTED)
def test_it_is_accepted(document: Document) -> None:
    assert check(parse(document)) == []


def test_a_page_named_end_is_refused_since_jumps_would_mean_the_end() -> None:
    document = survey()
    document["pages"][0]["id"] = "end"
    assert [fault.pointer for fault in check(parse(document))] == ["/pages/0/id"]


def test_a_page_may_only_look_at_earlier_pages() -> None:
    document = survey([question("q", "nps")])
    document["pages"][0]["show_if"] = {"question": "q", "op": "gt", "value": 5}
    assert [fault.pointer for fault in check(parse(document))] == ["/pages/0/show_if/question"]


def test_a_condition_has_at_most_eight_levels_and_fifty_parts() -> None:
    deep: Document = {"question": "nps", "op": "answered"}
    for _ in range(7):
        deep = {"not": deep}
    assert check(parse(shown_if(**deep))) == []
    assert [fault.kind for fault in check(parse(shown_if(**{"not": deep})))] == ["condition_size"]
    leaves = [{"question": "nps", "op": "answered"}] * 49
    assert check(parse(shown_if(all=leaves))) == []
    assert [fault.kind for fault in check(parse(shown_if(all=[*leaves, leaves[0]])))] == ["condition_size"]


def test_endless_nesting_is_refused_before_it_is_read() -> None:
    deep: Any = {"question": "nps", "op": "answered"}
    for _ in range(2_000):
        deep = {"not": deep}
    with pytest.raises(InvalidValue) as refused:
        parse(shown_if(**deep))
    assert [fault.kind for fault in refused.value.errors] == ["too_deep"]


def test_all_faults_are_named_at_once() -> None:
    document = survey([question("q", "nps", scale={"min": 0, "max": 5})], [question("q", "nps")], timezone="Mars")
    assert {fault.pointer for fault in check(parse(document))} == {
        "/timezone",
        "/pages/0/questions/0/scale",
        "/pages/1/questions/0/id",
    }


@settings(max_examples=60)
@given(spoiled())
def test_every_definition_is_either_refused_or_has_a_path(document: Any) -> None:
    definition = parse(document) if reads(document) else None
    if definition is not None and not check(definition):
        assert set(path(definition, {}, {"vip": "yes"}).visible) <= set(definition.questions)
