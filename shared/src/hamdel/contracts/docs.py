"""docs/events.md, written from the contracts: `python -m hamdel.contracts.docs`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from hamdel.contracts.base import Fact, all_facts
from hamdel.contracts.sections import SECTIONS, SERVICES, events_topic, sections_topic

__all__ = ["main", "render"]

HEAD: Final = """\
# Events

<!-- Generated from the contracts by `python -m hamdel.contracts.docs`. Do not edit. -->

Each message on a facts topic is one CloudEvents 1.0 event in structured JSON mode, and the same bytes travel to
webhooks, streams and dead letters. Readers ignore fields that they do not know; within a major version fields are only
added. `time` is when it happened (RFC 3339, UTC); `sequence` counts 1, 2, 3 … per (`source`, `subject`), zero-padded to
20 digits: keep the highest number you applied and skip what is not greater, and a repeated delivery does no harm.

| part of the Kafka record | content |
|---|---|
| key | `subject`: the customer's id (UUID as text) |
| value | the event, at most 256 KiB |
| headers | `content-type: application/cloudevents+json`, `ce_id`, `ce_type`, `ce_source`, `traceparent` |

All events of a customer are on one partition, by Java's murmur2 of the key. The Java client and aiokafka do that by
themselves; **librdkafka clients (Python's confluent-kafka, Go, .NET, kcat) default to CRC32: when they write to these
topics, or compute a partition, they need `partitioner=murmur2_random`.**

```sh
kcat -b localhost:9092 -C -t hamdel.interaction.events -o beginning -e -J      # read everything there is
kcat -b localhost:9092 -P -t my.topic -K: -X partitioner=murmur2_random        # write beside Hamdel, same partitions
```
"""

TOPICS_HEAD: Final = """\
## Topics

Twelve partitions each. Facts are kept 28 days; section topics are compacted: the last record per customer is the whole
current section, a record without a value means that the customer is gone.

| topic | owner | content |
|---|---|---|
"""

SECTION_FORMAT: Final = """\

A section record is `{"customer_id", "section", "sequence", "as_of", "data"}`; a record with a smaller `sequence` than
the one you hold is old and may be dropped. The four sections topics, read from the start, are all customers.
"""


def render() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, topics(), *(facts_of(short) for short in SERVICES)]).rstrip("\n") + "\n"


def main(arguments: list[str]) -> int:
    """Writes the page to the path given, else to `docs/events.md` below the current folder."""
    Path(arguments[0] if arguments else "docs/events.md").write_text(render(), encoding="utf-8")
    return 0


def topics() -> str:
    """The table of topics."""
    rows = [f"| `{events_topic(short)}` | {short}-service | facts |" for short in SERVICES]
    rows += [
        f"| `{sections_topic(short)}` | {short}-service | the section `{section}` of the customer view |"
        for section, short in SECTIONS.items()
    ]
    rows.append("| `hamdel.customer.views` | gateway | the joined view, compacted |")
    rows.append("| `hamdel.<consumer>.dlq` | the consumer | dead letters: original bytes, headers `dlq-*` |")
    return TOPICS_HEAD + "\n".join(rows) + "\n" + SECTION_FORMAT


def facts_of(short: str) -> str:
    """The chapter of one service."""
    facts = {kind: fact for kind, fact in all_facts().items() if kind.split(".")[0] == short}
    chapters = [chapter(fact) for fact in facts.values()] or ["It publishes no facts yet.\n"]
    return "\n".join([f"## Facts of {short}-service\n", *chapters])


def chapter(fact: type[Fact]) -> str:
    """A fact: what it says, the fields of its `data`, where a whole example is."""
    schema = fact.model_json_schema(mode="serialization")
    rows = "\n".join(f"| `{name}` | {kind} | {there} |" for name, kind, there in fields(schema))
    says = " ".join((inspect.getdoc(fact) or "").split())
    return (
        f"### `{fact.fact_type}`\n{says}\n\n| field of `data` | type | always |\n|---|---|---|\n{rows}\n\n"
        f"[Example](../tests/contracts/golden/{fact.fact_type}.json)\n"
    )


def fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(name, type, yes or no) of every field, nested ones behind a dot and those of a list's items behind `[]`."""
    yield from _fields(schema, schema.get("$defs", {}), "")


def _fields(node: Mapping[str, Any], definitions: Mapping[str, Any], at: str) -> Iterator[tuple[str, str, str]]:
    required = node.get("required", [])
    for name, declared in node.get("properties", {}).items():
        kind, inner, suffix = _type(declared, definitions)
        yield f"{at}{name}", kind, "yes" if name in required else "no"
        if inner is not None:
            yield from _fields(inner, definitions, f"{at}{name}{suffix}.")


def _type(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None, str]:
    """The type in words, the schema of the object inside it (if any), and `[]` where that is a list's item."""
    if "$ref" in node:
        return "object", definitions[node["$ref"].rsplit("/", 1)[1]], ""
    if "anyOf" in node:
        return _alternatives(node["anyOf"], definitions)
    if node.get("type") == "array":
        kind, inner, _ = _type(node.get("items", {}), definitions)
        return f"list of {kind}", inner, "[]"
    written = node.get("type", "any")
    return (f"{written} ({node['format']})" if "format" in node else written), None, ""


def _alternatives(
    nodes: list[Mapping[str, Any]], definitions: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any] | None, str]:
    types = [_type(node, definitions) for node in nodes]
    inner = next((each for each in types if each[1] is not None), ("", None, ""))
    return " or ".join(kind for kind, _, _ in types), inner[1], inner[2]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
