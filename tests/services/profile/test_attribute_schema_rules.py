"""Which JSON Schemas are accepted, and how attributes are held to one."""

from __future__ import annotations

import time
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.attribute_schema.checker import Checker, schema_faults


def broken(schema: Any, attributes: Any) -> list[str]:
    """The places where attributes break a schema that is accepted."""
    assert schema_faults(schema) == []
    return [fault.pointer for fault in Checker(schema).faults(attributes)]


ACCEPTED: list[Any] = [
    {},
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"},
    {"properties": {"pattern": {"type": "string"}, "$ref": {"type": "string"}, "$id": {"type": "integer"}}},
    {"properties": {"a": {"$ref": "#/$defs/a"}, "b": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "integer"}}},
    {"properties": {"a": {"$ref": "#/properties/b~1c"}, "b/c": {"type": "integer"}}},
    {"properties": {"plan": {"enum": ["gold", {"$ref": "x"}]}}, "required": ["plan"], "additionalProperties": False},
    {"properties": {"a": {"pattern": "^[\\p{L} ]{1,40}$"}}},
]

REFUSED: list[tuple[Any, str]] = [
    ({"type": "objekt"}, "/type"),
    ({"properties": {"a": 1}}, "/properties/a"),
    ({"required": "a"}, "/required"),
    ({"properties": {"a": {"minimum": "1"}}}, "/properties/a/minimum"),
    ({"$schema": "http://json-schema.org/draft-07/schema#"}, "/$schema"),
    ({"properties": {"a": {"$schema": "https://json-schema.org/draft/2020-12/schema"}}}, "/properties/a/$schema"),
    ({"$ref": "https://example.com/schema.json"}, "/$ref"),
    ({"$ref": "file:///etc/passwd"}, "/$ref"),
    ({"properties": {"a": {"$ref": "other.json#/a"}}}, "/properties/a/$ref"),
    ({"allOf": [{"$ref": "#/$defs/missing"}]}, "/allOf/0/$ref"),
    ({"$ref": "#anchor"}, "/$ref"),
    ({"$ref": "#"}, ""),
    ({"properties": {"a": {"$ref": "#"}}}, ""),
    ({"$ref": "#/$defs/a", "$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}}}, "/$defs/a"),
    ({"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, "/$defs/a"),
    ({"$id": "https://example.com/mine"}, "/$id"),
    ({"allOf": [{}] * 1000}, ""),
    ({"$dynamicRef": "#a"}, "/$dynamicRef"),
    ({"unevaluatedProperties": False}, "/unevaluatedProperties"),
    ({"patternProperties": {"^a": {}}}, "/patternProperties"),
    ({"properties": {"a": {"pattern": "("}}}, "/properties/a/pattern"),
    ({"properties": {"a": {"pattern": "(?=a)b"}}}, "/properties/a/pattern"),
    ({"properties": {"a": {"pattern": "(a)\\1"}}}, "/properties/a/pattern"),
    ({"properties": {"a": {"pattern": "((\\w{100}){100}){100}"}}}, "/properties/a/pattern"),
    ({"properties": {"a": {"pattern": "a" * 501}}}, "/properties/a/pattern"),
]

CHECKED: list[tuple[Any, Any, list[str]]] = [
    ({"properties": {"a": {"type": "integer"}}}, {"a": 1}, []),
    ({"properties": {"a": {"type": "integer"}}}, {"a": "1"}, ["/attributes/a"]),
    ({"properties": {"a": {"type": "integer"}}}, {"a": True}, ["/attributes/a"]),
    ({"required": ["a", "b"]}, {"b": 1}, ["/attributes/a"]),
    ({"required": ["a", "b"]}, {}, ["/attributes/a", "/attributes/b"]),
    ({"properties": {"a": {}}, "additionalProperties": False}, {"a": 1, "b/c": 1}, ["/attributes/b~1c"]),
    ({"properties": {"a": {"items": {"maximum": 3}}}}, {"a": [1, 4]}, ["/attributes/a/1"]),
    ({"properties": {"a": {"pattern": "^[a-z]+$"}}}, {"a": "ab1"}, ["/attributes/a"]),
    ({"properties": {"a": {"pattern": "b"}}}, {"a": "abc"}, []),
    ({"properties": {"a": {"pattern": "b"}}}, {"a": 7}, []),
    ({"properties": {"a": {"format": "date"}}}, {"a": "2026-02-30"}, ["/attributes/a"]),
    ({"properties": {"a": {"format": "unheard-of"}}}, {"a": "x"}, []),
    ({"properties": {"a": False}}, {"a": 1}, ["/attributes/a"]),
    ({"maxProperties": 1}, {"a": 1, "b": 2}, ["/attributes"]),
    ({"properties": {"a": {"multipleOf": 0.01}}}, {"a": 19.99}, []),
    ({"properties": {"a": {"multipleOf": 0.01}}}, {"a": 19.999}, ["/attributes/a"]),
    ({"properties": {"a": {"uniqueItems": True}}}, {"a": [1, 1.0]}, ["/attributes/a"]),
    ({"properties": {"a": {"uniqueItems": True}}}, {"a": [1, True, "1", [1], {"a": 1}]}, []),
    ({"properties": {"a": {"uniqueItems": True}}}, {"a": [{"a": 1, "b": 2}, {"b": 2, "a": 1}]}, ["/attributes/a"]),
    ({"$ref": "#/$defs/x", "$defs": {"x": {"required": ["a"]}}}, {}, ["/attributes/a"]),
    ({"not": {"required": ["a"]}}, {"a": 1}, ["/attributes"]),
]

values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "bb", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
leaves = st.one_of(
    st.booleans(),
    st.builds(lambda kind: {"type": kind}, st.sampled_from(["string", "integer", "number", "array", "object", "null"])),
    st.builds(lambda number: {"minimum": number}, st.integers(-2, 2)),
    st.builds(lambda listed: {"enum": listed}, st.lists(values, min_size=1, max_size=3)),
    st.just({"uniqueItems": True}),
    st.just({"pattern": "^a"}),
    st.builds(lambda names: {"required": names}, st.lists(st.sampled_from("abc"), unique=True, max_size=2)),
)
schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda each: {"properties": each}, st.dictionaries(st.sampled_from("abc"), inner, max_size=2)),
        st.builds(lambda each: {"anyOf": each}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda each: {"not": each}, inner),
        st.builds(lambda each: {"items": each}, inner),
        st.builds(lambda each: {"additionalProperties": each}, inner),
    ),
    max_leaves=4,
).filter(lambda schema: isinstance(schema, dict))


@pytest.mark.parametrize("schema", ACCEPTED)
def test_an_ordinary_schema_is_accepted(schema: Any) -> None:
    assert schema_faults(schema) == []


@pytest.mark.parametrize(("schema", "pointer"), REFUSED)
def test_a_schema_that_is_wrong_or_reaches_too_far_is_refused_with_its_place(schema: Any, pointer: str) -> None:
    assert pointer in [fault.pointer for fault in schema_faults(schema)]


@pytest.mark.parametrize(("schema", "attributes", "pointers"), CHECKED)
def test_attributes_are_refused_where_they_break_the_schema(schema: Any, attributes: Any, pointers: list[str]) -> None:
    assert broken(schema, attributes) == pointers


@given(schemas, st.dictionaries(st.sampled_from("abc"), values, max_size=3))
def test_what_is_allowed_is_what_the_reference_validator_allows(schema: Any, attributes: Any) -> None:
    plain = jsonschema.Draft202012Validator(schema)
    assert (broken(schema, attributes) == []) is plain.is_valid(attributes)


def test_a_wide_schema_checks_a_record_that_fills_it() -> None:
    names = [f"attribute_{number}" for number in range(350)]
    rule = {"type": ["string", "null"], "maxLength": 100, "pattern": "^[a-z]*$"}
    schema = {"properties": dict.fromkeys(names, rule), "required": names, "additionalProperties": False}
    assert broken(schema, dict.fromkeys(names, "abc")) == []
    assert broken(schema, dict.fromkeys(names, "abc") | {names[7]: "ABC"}) == ["/attributes/attribute_7"]


def test_no_message_repeats_the_refused_value() -> None:
    faults = Checker({"properties": {"a": {"maxLength": 3}}}).faults({"a": "secret"})
    assert [fault.message for fault in faults] == ["breaks `maxLength` of the attribute schema"]


SLOW: list[tuple[Any, Any]] = [
    ({"properties": {"a": {"pattern": "^(a+)+$"}}}, {"a": "a" * 15_000 + "!"}),
    ({"properties": {"a": {"pattern": "(.*)(.*)(.*)(.*)x$"}}}, {"a": "y" * 15_000}),
    ({"properties": {"a": {"uniqueItems": True}}}, {"a": [str(n) if n % 2 else n for n in range(2500)]}),
    (
        {
            "$ref": "#/$defs/d20",
            "$defs": {"d0": {"required": ["z"]}}
            | {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n - 1}"}] * 2} for n in range(1, 21)},
        },
        {},
    ),
    ({"properties": {"a": {"items": {"enum": list(range(1000))}}}}, {"a": [999] * 4000}),
]


@pytest.mark.parametrize(("schema", "attributes"), SLOW, ids=["nested", "wild", "unique", "doubling", "enum"])
def test_no_schema_and_no_value_keep_the_process_busy(schema: Any, attributes: Any) -> None:
    assert schema_faults(schema) == []
    checker, began = Checker(schema), time.process_time()
    checker.faults(attributes)
    assert time.process_time() - began < 1


def test_a_check_that_is_given_up_is_a_refusal_and_the_next_one_starts_afresh() -> None:
    checker = Checker({"properties": {"a": {"items": {"enum": list(range(1000))}}}})
    given_up = checker.faults({"a": [999] * 4000})
    assert [(fault.pointer, fault.kind) for fault in given_up] == [("/attributes", "attribute_steps")]
    assert checker.faults({"a": [1]}) == []
