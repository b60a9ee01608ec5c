"""Taking a change back: the pure rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.customers.domain import changes, merge_patch
from profile_service.history.domain import Line, OverwrittenError, is_restorable, undone

WHEN = datetime(2026, 3, 1, tzinfo=UTC)

values = st.recursive(
    st.booleans() | st.integers(-3, 3) | st.text("ab/~", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text("ab/~", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
documents = st.dictionaries(st.sampled_from(["name", "tags", "attributes"]), values, max_size=3)
patches = st.lists(
    st.dictionaries(st.sampled_from(["name", "tags", "attributes"]), st.none() | values, max_size=3), max_size=5
)


def line(version: int, field: str, old: Any) -> Line:
    """A line of history of which only the past counts."""
    return Line(version, 1, field, old, "whatever", "tester", "test", WHEN)


def value_at(document: Any, pointer: str) -> Any:
    """What a pointer leads to, None for nothing."""
    for step in pointer.split("/")[1:]:
        if not isinstance(document, dict):
            return None
        document = document.get(step.replace("~1", "/").replace("~0", "~"))
    return document


@given(documents, documents, patches)
def test_a_change_taken_back_after_any_patches_gives_the_old_value_again(
    first: dict[str, Any], second: dict[str, Any], later: list[dict[str, Any]]
) -> None:
    made = [line(2, change.field, change.old) for change in changes(first, second)]
    document = second
    for patch in later:
        document = merge_patch(document, patch)
    for each in made:
        try:
            restored = undone(document, [each])
        except OverwrittenError:
            continue
        assert value_at(restored, each.field) == each.old


@given(documents, documents)
def test_all_lines_of_the_last_change_taken_back_give_the_fields_as_they_were(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    made = changes(first, second)
    restored = undone(second, [line(2, change.field, change.old) for change in made])
    assert {change.field: value_at(restored, change.field) for change in made} == {
        change.field: value_at(first, change.field) for change in made
    }


@given(documents, documents)
def test_what_is_taken_back_is_a_copy(first: dict[str, Any], second: dict[str, Any]) -> None:
    before = repr(second)
    undone(second, [line(2, change.field, change.old) for change in changes(first, second)])
    assert repr(second) == before


@pytest.mark.parametrize(
    ("document", "field", "old", "restored"),
    [
        ({"gender": "f"}, "/gender", "m", {"gender": "m"}),
        ({"gender": "f"}, "/gender", None, {}),
        ({}, "/name/given", "Sara", {"name": {"given": "Sara"}}),
        ({}, "/name/given", None, {}),
        ({"name": {"given": "Sara"}}, "/name/given", None, {"name": {}}),
        ({"attributes": {"a/b": 1, "c": 2}}, "/attributes/a~1b", 5, {"attributes": {"a/b": 5, "c": 2}}),
        ({"attributes": {"a": {"b": 1}}}, "/attributes/a", "x", {"attributes": {"a": "x"}}),
        ({"tags": ["b"]}, "/tags", ["a", "b"], {"tags": ["a", "b"]}),
    ],
)
def test_one_line_is_taken_back(document: Any, field: str, old: Any, restored: Any) -> None:
    assert undone(document, [line(1, field, old)]) == restored


def test_a_field_is_not_put_into_what_is_a_plain_value_by_now() -> None:
    with pytest.raises(OverwrittenError):
        undone({"attributes": {"a": "x"}}, [line(1, "/attributes/a/b", 1)])


@pytest.mark.parametrize(
    "field", ["", "name", "/identifiers/1", "/consents/ads/sms", "/memberships/1", "/archived_at", "/"]
)
def test_what_is_beside_the_record_is_not_restorable(field: str) -> None:
    assert not is_restorable(field, {"name", "attributes"})
