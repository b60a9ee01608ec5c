"""The published JSON Schema and the reader agree on what a definition is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
from hypothesis import given, settings

from survey_service.definition.schema import definition_schema
from tests.services.survey.definition.spoiling import JUNK, WHOLE, reads, spoiled

SHIPPED = Path(__file__).parents[4] / "docs" / "survey-definition.schema.json"
SCHEMA = jsonschema_rs.Draft202012Validator(definition_schema())


def test_the_schema_is_one_by_its_own_meta_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(definition_schema())
    assert definition_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_uses_no_word_that_2020_12_does_not_have() -> None:
    words = {name for meta in ("core", "applicator", "validation", "meta-data") for name in _vocabulary(meta)}
    assert set(_keywords(definition_schema())) <= words


def test_the_shipped_copy_is_the_schema() -> None:
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == definition_schema()


def test_a_definition_with_every_member_is_accepted_by_both() -> None:
    jsonschema.Draft202012Validator(definition_schema()).validate(WHOLE)
    SCHEMA.validate(WHOLE)
    assert reads(WHOLE)


@settings(max_examples=120)
@given(spoiled())
def test_what_the_schema_accepts_is_read_and_what_it_refuses_is_refused(document: Any) -> None:
    assert reads(document) == SCHEMA.is_valid(document)


def test_values_that_are_no_objects_are_refused_by_both() -> None:
    for junk in JUNK:
        assert not reads(junk)
        assert not SCHEMA.is_valid(junk)


def _vocabulary(name: str) -> set[str]:
    registry = import_module("jsonschema_specifications").REGISTRY
    return set(registry[f"https://json-schema.org/draft/2020-12/meta/{name}"].contents["properties"])


def _keywords(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _keywords(one)
    elif isinstance(schema, dict):
        for word, value in schema.items():
            yield word
            if word in ("properties", "patternProperties", "$defs"):
                for one in value.values():
                    yield from _keywords(one)
            elif word not in ("default", "enum", "const"):
                yield from _keywords(value)
