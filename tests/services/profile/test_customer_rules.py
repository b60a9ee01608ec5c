"""The pure rules of the customer record."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.customers.domain import (
    Change,
    birth_date_is_possible,
    changes,
    complete,
    empty_document,
    merge_patch,
)

RFC_7396_APPENDIX_A: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]

OWN: list[tuple[Any, Any, Any]] = [
    ({"name": {"given": "سارا"}}, {"name": {"family": "کریمی"}}, {"name": {"given": "سارا", "family": "کریمی"}}),
    ({"address": {"city": "Tehran"}}, {"address": None}, {}),
    ({}, {"address": {"city": "Tehran"}}, {"address": {"city": "Tehran"}}),
    ({"tags": ["a", "b"]}, {"tags": ["b"]}, {"tags": ["b"]}),
    ({"a": 1}, {}, {"a": 1}),
]

CHANGES: list[tuple[Any, Any, list[Change]]] = [
    ({"a": 1}, {"a": 1}, []),
    ({"a": 1}, {"a": 2}, [Change("/a", 1, 2)]),
    ({}, {"a": 1}, [Change("/a", None, 1)]),
    ({"a": 1}, {}, [Change("/a", 1, None)]),
    ({"n": {"g": "x", "f": "y"}}, {"n": {"g": "z", "f": "y"}}, [Change("/n/g", "x", "z")]),
    ({}, {"n": {"g": "z"}}, [Change("/n/g", None, "z")]),
    ({"n": {"g": "z"}}, {}, [Change("/n/g", "z", None)]),
    ({"t": ["a"]}, {"t": ["a", "b"]}, [Change("/t", ["a"], ["a", "b"])]),
    ({"a/b": 1, "c~d": 1}, {"a/b": 2, "c~d": 2}, [Change("/a~1b", 1, 2), Change("/c~0d", 1, 2)]),
    ({"x": {"a": {}}}, {"x": {}}, [Change("/x/a", {}, None)]),
    ({"x": {"a": None}}, {"x": {}}, [Change("/x/a", None, None)]),
    ({"x": True}, {"x": 1}, [Change("/x", True, 1)]),
    ({"x": [True]}, {"x": [1]}, [Change("/x", [True], [1])]),
    ({"x": 1}, {"x": 1.0}, []),
    ({"x": {"a": 1}}, {"x": "a"}, [Change("/x", {"a": 1}, "a")]),
    ({"b": 1, "a": 1}, {"b": 2, "a": 2}, [Change("/a", 1, 2), Change("/b", 1, 2)]),
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab/~", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=3),
    max_leaves=12,
)
json_objects = st.dictionaries(st.text("ab/~", max_size=2), json_values, max_size=4)


@pytest.mark.parametrize(("target", "patch", "outcome"), RFC_7396_APPENDIX_A + OWN)
def test_a_merge_patch_gives_what_the_rfc_says(target: Any, patch: Any, outcome: Any) -> None:
    assert merge_patch(target, patch) == outcome


@given(json_objects, json_objects)
def test_a_merge_patch_applied_twice_changes_nothing_more(target: Any, patch: Any) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@given(json_objects, json_objects)
def test_a_merge_patch_leaves_its_arguments_alone(target: Any, patch: Any) -> None:
    before = (repr(target), repr(patch))
    merge_patch(target, patch)
    assert (repr(target), repr(patch)) == before


@pytest.mark.parametrize(("old", "new", "found"), CHANGES)
def test_changes_are_named_by_the_smallest_pointer(old: Any, new: Any, found: list[Change]) -> None:
    assert changes(old, new) == found


def test_true_in_place_of_one_is_a_change() -> None:
    assert [change.field for change in changes({"x": 1}, {"x": True})] == ["/x"]


@given(json_objects, json_objects)
def test_no_change_is_named_exactly_when_nothing_differs(old: Any, new: Any) -> None:
    same = json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
    assert (changes(old, new) == []) is same


@given(json_objects, json_objects)
def test_every_changed_pointer_leads_to_the_values_it_names(old: Any, new: Any) -> None:
    for change in changes(old, new):
        assert _at(old, change.field) == change.old
        assert _at(new, change.field) == change.new


def _at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        if not isinstance(document, dict):
            return None
        document = document.get(token.replace("~1", "/").replace("~0", "~"))
    return document


def test_somebody_is_not_born_tomorrow() -> None:
    assert not birth_date_is_possible(date(2026, 3, 2), datetime(2026, 3, 1, 9, 0, tzinfo=UTC))


def test_somebody_can_be_born_today_on_the_islands_where_it_is_tomorrow_already() -> None:
    assert birth_date_is_possible(date(2026, 3, 2), datetime(2026, 3, 1, 10, 0, tzinfo=UTC))


def test_a_complete_record_names_every_field_in_the_order_of_the_contract() -> None:
    assert list(complete(empty_document())) == [
        "kind", "name", "birth_date", "gender", "occupation", "income_band", "address", "location", "language",
        "timezone", "interests", "preferences", "special_needs", "attributes", "tags",
    ]  # fmt: skip


def test_a_complete_record_has_null_for_the_parts_of_a_name_nobody_told() -> None:
    record = complete({**empty_document(), "name": {"given": "Sara"}, "address": {"city": "Qom"}})
    assert record["name"] == {"given": "Sara", "family": None, "display": None, "other_script": None}
    assert record["address"] == {
        "line1": None, "line2": None, "city": "Qom", "region": None, "postal_code": None, "country": None,
    }  # fmt: skip
