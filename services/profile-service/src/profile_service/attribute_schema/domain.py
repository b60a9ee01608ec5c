"""Which JSON Schemas are accepted, beside being valid ones: what could run for long or reach elsewhere is not.

The keywords that are refused: `$id`, `$anchor` and the dynamic ones (a reference is a JSON pointer into the schema
itself, so nothing is ever fetched), `unevaluated*` (they evaluate their neighbours again), `patternProperties` (a
pattern for every key). A schema that contains itself is refused: attributes have five levels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["DIALECT", "Fault", "faults", "patterns", "pointer_of"]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MAX_PATTERN: Final = 500

REFUSED: Final = frozenset(
    {
        "$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef", "$vocabulary",
        "unevaluatedItems", "unevaluatedProperties", "patternProperties",
    }
)  # fmt: skip

_ONE: Final = (
    "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then", "contentSchema",
)  # fmt: skip
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS: Final = ("$defs", "definitions", "dependentSchemas", "properties")

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a schema, and where; `pointer` is a JSON pointer (RFC 6901) into it."""

    pointer: str
    message: str


def pointer_of(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path.

    >>> pointer_of(("properties", "a/b"))
    '/properties/a~1b'
    """
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def faults(schema: Mapping[str, Any]) -> list[Fault]:
    """Why a valid JSON Schema is not accepted; nothing when it is. The schema's own depth is bounded by the caller."""
    nodes = dict(_subschemas(schema, ()))
    found = [fault for path, node in nodes.items() for fault in _local_faults(path, node, nodes)]
    return found or _recursions(nodes)


def patterns(schema: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every regular expression of the schema, with its path."""
    for path, node in _subschemas(schema, ()):
        if isinstance(node, Mapping) and "pattern" in node:
            yield (*path, "pattern"), node["pattern"]


def _subschemas(node: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, node
    if isinstance(node, Mapping):
        for step, child in _children(node):
            yield from _subschemas(child, path + step)


def _children(node: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield from (((name,), node[name]) for name in _ONE if name in node)
    for name in _LISTS:
        yield from (((name, str(index)), child) for index, child in enumerate(node.get(name, ())))
    for name in _MAPS:
        yield from (((name, key), child) for key, child in node.get(name, {}).items())


def _local_faults(path: Path, node: Any, nodes: Mapping[Path, Any]) -> Iterator[Fault]:
    if not isinstance(node, Mapping):
        return
    for name in sorted(REFUSED & node.keys()):
        yield Fault(pointer_of((*path, name)), "is a keyword that is not supported here")
    if "$schema" in node and (path or node["$schema"] != DIALECT):
        yield Fault(pointer_of((*path, "$schema")), f"can only be {DIALECT}, and at the top")
    if len(node.get("pattern", "")) > MAX_PATTERN:
        yield Fault(pointer_of((*path, "pattern")), f"is longer than {MAX_PATTERN} characters")
    if "$ref" in node and _target(node["$ref"]) not in nodes:
        yield Fault(pointer_of((*path, "$ref")), "does not point at a schema inside this one (#/$defs/…)")


def _target(reference: str) -> Path | None:
    if reference == "#":
        return ()
    if not reference.startswith("#/") or "%" in reference:
        return None
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in reference[2:].split("/"))


def _recursions(nodes: Mapping[Path, Any]) -> list[Fault]:
    """Cycles along references and nesting, found depth first without recursion of our own."""
    done: set[Path] = set()
    for start in nodes:
        on_the_way: list[Path] = []
        waiting: list[tuple[Path, bool]] = [(start, False)]
        while waiting:
            path, leaving = waiting.pop()
            if leaving:
                on_the_way.pop()
                done.add(path)
            elif path in on_the_way:
                return [Fault(pointer_of(path), "contains itself")]
            elif path not in done:
                on_the_way.append(path)
                waiting.append((path, True))
                waiting += [(target, False) for target in _below(path, nodes[path])]
    return []


def _below(path: Path, node: Any) -> list[Path]:
    if not isinstance(node, Mapping):
        return []
    found = [path + step for step, _ in _children(node) if step[0] not in ("$defs", "definitions")]
    target = _target(node["$ref"]) if "$ref" in node else None
    return found if target is None else [*found, target]
