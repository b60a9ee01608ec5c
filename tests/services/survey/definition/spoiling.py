"""A definition with every member that there is, and definitions that something was done to."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from hamdel.http import InvalidValue
from survey_service.definition import parse
from survey_service.definition.domain import KINDS
from tests.services.survey.definition.strategies import surveys
from tests.services.survey.support import question, survey

WHOLE = survey(
    [question(kind, kind) for kind in KINDS],
    [question("x", "rating", scale={"min": 1, "max": 7, "labels": {"1": {"fa": "بد"}, "7": "good"}})],
    [
        question(
            "y", "number", scale={"min": 0.5, "max": None}, show_if={"attribute": "a.b", "op": "in", "value": [1, "x"]}
        )
    ],
    [
        question(
            "z",
            "multiple_choice",
            min_choices=1,
            max_choices=2,
            options=[{"id": "1", "text": "one"}, {"id": "none", "text": "none", "exclusive": True}],
            show_if={"not": {"any": [{"question": "likert", "row": "r1", "op": "eq", "value": "o1"}]}},
        )
    ],
    languages=["fa", "en", "fa-IR"],
    default_language="fa",
    anonymous=True,
    calendar="jalali",
    timezone="Asia/Tehran",
    recontact_days=90,
    sampling=0.25,
    invitation_days=14,
    reminder_days=[3, 7],
    closes_at="2028-02-29T23:59:59.5+03:30",
    late="refuse",
    crosstab=["city"],
    channel="sms",
    purpose="research",
)
WHOLE["pages"][0] |= {
    "show_if": {"attribute": "vip", "op": "answered"},
    "next": [{"if": {"question": "nps", "op": "gte", "value": 9.0}, "page": "p3"}, {"page": "end"}],
}

JUNK: list[Any] = [
    *(None, True, 0, 1, -1, 5.0, 2.5, 10**9, "", "x", "fa", "end", "q 1", "a" * 201, "é", "2026-02-30", "1", "Z"),
    *([], {}, ["x"], [[]], {"x": 1}, {"fa": "x"}, {"fa": ""}, {"FA": "x"}, {"any": "x"}, {"id": "x", "text": "x"}),
    *({"question": "nps", "op": "in", "value": []}, {"question": "nps", "op": "answered"}, {"all": [], "any": []}),
    *(
        "0000-01-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-12-31T24:00:00Z",
        "2026-12-31T00:00:00Z",
        "2100-02-29T00:00:00Z",
    ),
]


def reads(document: Any) -> bool:
    """Whether the reader takes it."""
    try:
        parse(document)
    except InvalidValue:
        return False
    return True


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of the document with each of its keys."""
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        yield node, key
        if isinstance(node[key], dict | list):
            yield from places(node[key])


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A valid definition with up to two places replaced, removed or added."""
    document = copy.deepcopy(draw(st.just(WHOLE) | surveys(most=4)))
    for _ in range(draw(st.integers(0, 2))):
        found = list(places(document))
        container, key = found[draw(st.integers(0, len(found) - 1))]
        junk = copy.deepcopy(draw(st.sampled_from(JUNK)))
        change = draw(st.sampled_from(("replace", "replace", "remove", "add")))
        if change == "replace":
            container[key] = junk
        elif change == "remove":
            del container[key]
        elif isinstance(container, dict):
            container[draw(st.sampled_from(("x", "value", "row", "scale", "if", "fa", "options")))] = junk
        else:
            container.append(junk)
        if not document:
            break
    return document
