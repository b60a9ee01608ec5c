"""Whether a new JSON Schema of a fact still fits the readers and the stored events of the old one.

Within a major version the only change is an added optional field (design: events). Everything else breaks somebody:
a reader built on the old schema, or new code that reads an event from the 28 days that topics keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

__all__ = ["breaking_changes", "normal_form"]

Schema = Mapping[str, Any]

ANNOTATIONS: Final = frozenset({"title", "description", "default", "examples"})


def normal_form(schema: Schema) -> dict[str, Any]:
    """The schema with its references resolved and without words for people. Recursive types are not supported."""
    normal = _resolve(schema, schema.get("$defs", {}))
    assert isinstance(normal, dict)
    return normal


def _resolve(node: Any, definitions: Schema) -> Any:
    if isinstance(node, list):
        return [_resolve(item, definitions) for item in node]
    if not isinstance(node, Mapping):
        return node
    if "$ref" in node:
        return _resolve(definitions[node["$ref"].rsplit("/", 1)[1]], definitions)
    return {
        key: _properties(value, definitions) if key == "properties" else _resolve(value, definitions)
        for key, value in sorted(node.items())
        if key not in ANNOTATIONS and key != "$defs"
    }


def _properties(fields: Schema, definitions: Schema) -> dict[str, Any]:
    """Field names are no keywords: a field called `title` stays."""
    return {name: _resolve(field, definitions) for name, field in sorted(fields.items())}


def breaking_changes(old: Schema, new: Schema, at: str = "") -> list[str]:
    """What is broken, as `pointer: reason`; nothing when the change only adds. Both in normal form."""
    return list(_breaking(old, new, at))


def _breaking(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        yield f"{at}/{name}: removed"
    for name in after.keys() - before.keys():
        if name in new.get("required", []):
            yield f"{at}/{name}: added as required"
    for name in before.keys() & after.keys():
        yield from _requirement(name, old, new, at)
        yield from _breaking(before[name], after[name], f"{at}/{name}")
    yield from _keywords(old, new, at)


def _requirement(name: str, old: Schema, new: Schema, at: str) -> Iterator[str]:
    was, now = name in old.get("required", []), name in new.get("required", [])
    if now and not was:
        yield f"{at}/{name}: became required"
    if was and not now:
        yield f"{at}/{name}: no longer always there"


def _keywords(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for keyword in sorted((old.keys() | new.keys()) - {"properties", "required"}):
        before, after = old.get(keyword), new.get(keyword)
        if keyword == "items" and isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _breaking(before, after, f"{at}/items")
        elif before != after:
            yield f"{at or '/'}: {keyword} changed"
