"""Conditions over a fact's data, the texts made of it, and when what a rule promises is due."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

__all__ = [
    "OPERATORS",
    "ORDERED",
    "All",
    "AnyOf",
    "Condition",
    "Delay",
    "Happening",
    "Kind",
    "Not",
    "Test",
    "comparable",
    "delayed",
    "filled",
    "holds",
    "placeholders",
    "values_at",
]

Kind = Literal["number", "moment", "text", "flag"]
Operator = Literal["eq", "ne", "lt", "lte", "gt", "gte", "in", "exists"]
OPERATORS: Final[tuple[Operator, ...]] = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "exists")
ORDERED: Final = frozenset({"lt", "lte", "gt", "gte"})
PLACEHOLDER: Final = re.compile(r"\{\{\s*([a-z_][a-z0-9_.]*)\s*(?:\|\s*([^{}|]*?)\s*)?\}\}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened with a customer: `data` is its fact's data (whatever orjson can write), `key` the stable
    id of what it is about (the purchase's id), so that the same told twice has one effect."""

    customer_id: UUID
    occurred_at: datetime
    data: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison. `expected` holds comparable values of `kind`: several for `in`, True or False for `exists`."""

    path: tuple[str, ...]
    operator: Operator
    kind: Kind
    expected: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; of nothing it is true."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; of nothing it is false."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Test | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Delay:
    """How long after it happened: whole days by the wall clock, seconds by the stopwatch, or open minutes of a
    calendar."""

    days: int = 0
    seconds: int = 0
    business_minutes: int | None = None
    calendar: str | None = None


def holds(condition: Condition, data: Mapping[str, Any]) -> bool:
    """Whether a fact's data meets a condition. A field below a list stands for all its values: a comparison holds when
    it does for any of them. What is missing or null equals nothing, so `ne` holds for it and the others do not."""
    match condition:
        case All(parts):
            return all(holds(part, data) for part in parts)
        case AnyOf(parts):
            return any(holds(part, data) for part in parts)
        case Not(part):
            return not holds(part, data)
        case Test():
            return _passes(condition, data)


def values_at(data: Any, path: Sequence[str]) -> list[Any]:
    """Every value at a path, lists on the way and at its end taken apart; nulls are left out."""
    if isinstance(data, list):
        return [found for item in data for found in values_at(item, path)]
    if not path:
        return [] if data is None else [data]
    return values_at(data.get(path[0]), path[1:]) if isinstance(data, Mapping) else []


def comparable(value: Any, kind: Kind) -> Any:
    """A JSON value as one that compares exactly: numbers as decimals, moments as moments. None where it is no such
    value."""
    try:
        if kind == "number":
            return None if isinstance(value, bool) or not isinstance(value, int | str) else _finite(Decimal(value))
        if kind == "moment":
            moment = datetime.fromisoformat(value)
            return None if moment.tzinfo is None else moment
    except (ValueError, TypeError, InvalidOperation):
        return None
    return value if isinstance(value, bool if kind == "flag" else str) else None


def placeholders(template: str) -> list[tuple[str, ...]]:
    """The paths that a text refers to."""
    return [tuple(match[1].split(".")) for match in PLACEHOLDER.finditer(template)]


def filled(template: str, data: Mapping[str, Any]) -> str:
    """A text with `{{field}}` and `{{field|fall-back}}` replaced by the data's values, several joined by commas; the
    fall-back, or nothing, where there is none. Values are never read as text with fields of their own."""

    def value(match: re.Match[str]) -> str:
        found = values_at(data, match[1].split("."))
        return ", ".join(str(one) for one in found) if found else match[2] or ""

    return PLACEHOLDER.sub(value, template)


def delayed(occurred_at: datetime, delay: Delay, zone: ZoneInfo) -> datetime:
    """The moment a delay ends, but for business minutes: days keep the wall clock of the zone."""
    local = occurred_at.astimezone(zone).replace(tzinfo=None) + timedelta(days=delay.days)
    return local.replace(tzinfo=zone).astimezone(occurred_at.tzinfo) + timedelta(seconds=delay.seconds)


def _finite(number: Decimal) -> Decimal | None:
    return number if number.is_finite() else None


def _passes(test: Test, data: Mapping[str, Any]) -> bool:
    raw = values_at(data, test.path)
    if test.operator == "exists":
        return bool(raw) is test.expected[0]
    values = [value for one in raw if (value := comparable(one, test.kind)) is not None]
    if test.operator in ("eq", "in"):
        return any(value in test.expected for value in values)
    if test.operator == "ne":
        return not any(value in test.expected for value in values)
    return any(_in_order(value, test.operator, test.expected[0]) for value in values)


def _in_order(value: Any, operator: Operator, expected: Any) -> bool:
    match operator:
        case "lt":
            return bool(value < expected)
        case "lte":
            return bool(value <= expected)
        case "gt":
            return bool(value > expected)
        case _:
            return bool(value >= expected)
