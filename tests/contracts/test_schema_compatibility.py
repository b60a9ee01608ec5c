"""The schemas of facts change by addition alone; each kind of violation is seen failing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamdel.contracts.base import all_facts
from tests.contracts import snapshots
from tests.contracts.compatibility import breaking_changes, normal_form
from tests.contracts.snapshots import current_schema, stored_schema

Schema = dict[str, Any]

OLD: Schema = {
    "type": "object",
    "properties": {
        "customer_id": {"type": "string", "format": "uuid"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "items": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
    },
    "required": ["customer_id"],
}


def changed(change: Callable[[Schema], object]) -> Schema:
    new = copy.deepcopy(OLD)
    change(new)
    return new


BREAKING: dict[str, tuple[Callable[[Schema], object], list[str]]] = {
    "removed": (lambda s: s["properties"].pop("note"), ["/note: removed"]),
    "renamed": (
        lambda s: s["properties"].update(remark=s["properties"].pop("note")),
        ["/note: removed"],
    ),
    "new and required": (
        lambda s: (s["properties"].update(at={"type": "string"}), s["required"].append("at")),
        ["/at: added as required"],
    ),
    "became required": (lambda s: s["required"].append("note"), ["/note: became required"]),
    "became optional": (lambda s: s["required"].clear(), ["/customer_id: no longer always there"]),
    "other type": (
        lambda s: s["properties"]["customer_id"].update(type="integer"),
        ["/customer_id: type changed"],
    ),
    "narrower": (lambda s: s["properties"]["customer_id"].update(maxLength=8), ["/customer_id: maxLength changed"]),
    "inside a list": (
        lambda s: s["properties"]["items"]["items"]["properties"].pop("sku"),
        ["/items/items/sku: removed"],
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_is_named(name: str) -> None:
    change, expected = BREAKING[name]

    assert breaking_changes(OLD, changed(change)) == expected


def test_an_added_optional_field_breaks_nobody() -> None:
    new = changed(lambda s: s["properties"].update(added={"anyOf": [{"type": "string"}, {"type": "null"}]}))

    assert breaking_changes(OLD, new) == []


def test_the_normal_form_resolves_references_and_keeps_a_field_called_title() -> None:
    schema = {
        "title": "Fact",
        "$defs": {"Name": {"title": "Name", "type": "string", "description": "words"}},
        "properties": {"title": {"$ref": "#/$defs/Name"}},
    }

    assert normal_form(schema) == {"properties": {"title": {"type": "string"}}}


@pytest.mark.parametrize("fact_type", sorted(all_facts()))
def test_a_fact_is_compatible_with_what_was_published(fact_type: str) -> None:
    stored = stored_schema(fact_type)

    assert stored is not None, "a new type: python -m tests.contracts.snapshots"
    assert breaking_changes(stored, current_schema(all_facts()[fact_type])) == []


@pytest.mark.parametrize("fact_type", sorted(all_facts()))
def test_the_snapshot_is_current(fact_type: str) -> None:
    assert stored_schema(fact_type) == current_schema(all_facts()[fact_type])


def test_a_published_type_does_not_disappear() -> None:
    assert sorted(path.stem for path in snapshots.SCHEMAS.glob("*.json")) == sorted(all_facts())


def test_the_snapshot_writer_refuses_a_breaking_change_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = copy.deepcopy(current_schema(all_facts()["profile.customer_created.v1"]))
    published["properties"]["shoe_size"] = {"type": "integer"}
    path = tmp_path / "profile.customer_created.v1.json"
    path.write_text(json.dumps(published))

    status = snapshots.main(tmp_path)

    assert status == 1
    assert "profile.customer_created.v1/shoe_size: removed" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert json.loads(path.read_text()) == published
