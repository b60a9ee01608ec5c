"""From a rule as it is written to one that can be asked: every name is checked against the contract of the fact."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, ValidationError

from hamdel.contracts.base import Fact, all_facts
from hamdel.http.problem import FieldError, InvalidValue
from hamdel.http.validation import field_errors
from interaction_service.rules.actions import ACTIONS, Action, OpenCase
from interaction_service.rules.domain import (
    OPERATORS,
    ORDERED,
    All,
    AnyOf,
    Condition,
    Delay,
    Kind,
    Not,
    Test,
    comparable,
    placeholders,
)

__all__ = ["Compiled", "compiled", "fact_type_of"]

DEEPEST: Final = 8
MOST_PARTS: Final = 50
LONGEST_DELAY: Final = 3660 * 86_400
DURATION: Final = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?")
UNITS: Final = frozenset({"weeks", "days", "hours", "minutes"})
KINDS: Final[Mapping[Any, Kind]] = {
    Decimal: "number",
    int: "number",
    datetime: "moment",
    AwareDatetime: "moment",
    bool: "flag",
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a rule says: when it applies, how long after, and what is done."""

    condition: Condition
    delay: Delay | None
    action: Action


def fact_type_of(name: str) -> str:
    """The wire type of a fact, named with or without `.v1`. Raises InvalidValue at `/on` for one that nobody tells."""
    fact_type = name if re.search(r"\.v\d+$", name) else f"{name}.v1"
    if fact_type not in all_facts():
        raise InvalidValue(errors=[FieldError("/on", "there is no such fact", "unknown_fact")])
    return fact_type


def compiled(fact_type: str, definition: Mapping[str, Any]) -> Compiled:
    """The rule that `when`, `delay` and `action` state. Raises InvalidValue that names every wrong place."""
    reading = _Reading(all_facts()[fact_type])
    when = definition.get("when")
    condition = All(()) if when is None else reading.condition(when, "/when", DEEPEST)
    delay = reading.delay(definition.get("delay"))
    action = reading.action(definition.get("action"))
    if isinstance(action, OpenCase) and delay is not None:
        reading.fault("/delay", "a case is opened at once: make a task that is due later", "no_delay")
    if reading.errors or action is None:
        raise InvalidValue(errors=reading.errors)
    return Compiled(condition, delay, action)


@dataclass
class _Reading:
    """One reading of a rule; faults are gathered, so that an author sees all of them."""

    fact: type[Fact]
    errors: list[FieldError] = field(default_factory=list)
    parts: int = 0

    def fault(self, pointer: str, message: str, kind: str) -> Condition:
        self.errors.append(FieldError(pointer, message, kind))
        return All(())

    def condition(self, given: Any, at: str, left: int) -> Condition:
        self.parts += 1
        if left == 0 or self.parts > MOST_PARTS:
            return self.fault(at, f"at most {DEEPEST} levels and {MOST_PARTS} parts", "condition_size")
        if not isinstance(given, Mapping):
            return self.fault(at, "must be an object", "dict_type")
        if len(given) == 1:
            (name, inner), *_ = given.items()
            if name == "not":
                return Not(self.condition(inner, f"{at}/not", left - 1))
            if name in ("all", "any"):
                return self._several(All if name == "all" else AnyOf, inner, at, name, left)
        return self._test(given, at)

    def _several(self, of: type[All | AnyOf], given: Any, at: str, name: str, left: int) -> Condition:
        if not isinstance(given, list) or not given:
            return self.fault(f"{at}/{name}", "must be a list with at least one part", "condition_list")
        return of(tuple(self.condition(part, f"{at}/{name}/{i}", left - 1) for i, part in enumerate(given)))

    def _test(self, given: Mapping[str, Any], at: str) -> Condition:
        if set(given) != {"field", "op", "value"}:
            return self.fault(at, "must be all, any or not, or have field, op and value", "condition_shape")
        name, operator = given["field"], given["op"]
        if operator not in OPERATORS:
            return self.fault(f"{at}/op", f"must be one of {', '.join(OPERATORS)}", "unknown_operator")
        kind = kind_at(self.fact, name.split(".")) if isinstance(name, str) else None
        if kind is None:
            return self.fault(f"{at}/field", "the fact has no such field", "unknown_field")
        if operator in ORDERED and kind in ("text", "flag"):
            return self.fault(f"{at}/op", "the field has no order", "not_ordered")
        expected = _expected(operator, kind, given["value"])
        if expected is None:
            return self.fault(f"{at}/value", _wanted(operator, kind), "not_comparable")
        return Test(tuple(name.split(".")), operator, kind, expected)

    def delay(self, given: Any) -> Delay | None:
        if given is None:
            return None
        found = _iso(given) if isinstance(given, str) else _in_words(given) if isinstance(given, Mapping) else None
        if found is None or found.days * 86_400 + found.seconds > LONGEST_DELAY:
            self.fault("/delay", "must be a duration such as P3D, or {days, hours}, of at most ten years", "delay")
        return found

    def action(self, given: Any) -> Action | None:
        if not isinstance(given, Mapping) or given.get("kind") not in ACTIONS:
            self.fault("/action/kind", f"must be one of {', '.join(ACTIONS)}", "unknown_action")
            return None
        try:
            found = ACTIONS[given["kind"]].model_validate(given)
        except ValidationError as error:
            faults = field_errors(error.errors(include_url=False, include_input=False))
            self.errors += [FieldError(f"/action{one.pointer}", one.message, one.kind, one.context) for one in faults]
            return None
        for place, template in found.texts():
            if any(kind_at(self.fact, path) is None for path in placeholders(template)):
                self.fault(f"/action/{place}", "refers to a field that the fact does not have", "unknown_field")
        return found


def kind_at(model: Any, path: Sequence[str]) -> Kind | None:
    """How values at a path of a contract compare; None for a path that the contract does not have or that ends at an
    object."""
    if not path:
        return None if isinstance(model, type) and issubclass(model, BaseModel) else KINDS.get(model, "text")
    if not (isinstance(model, type) and issubclass(model, BaseModel)) or path[0] not in model.model_fields:
        return None
    return kind_at(_bare(model.model_fields[path[0]].annotation), path[1:])


def _bare(annotation: Any) -> Any:
    """A type without what pydantic is told besides, without None, and of a list the type of its items."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated or origin in (list, tuple):
        return _bare(arguments[0])
    if origin in (Union, types.UnionType):
        return _bare(next(one for one in arguments if one is not types.NoneType))
    return annotation


def _expected(operator: str, kind: Kind, value: Any) -> tuple[Any, ...] | None:
    if operator == "exists":
        return (value,) if isinstance(value, bool) else None
    given = value if operator == "in" and isinstance(value, list) else None if operator == "in" else [value]
    if not given or len(given) > MOST_PARTS * 4:
        return None
    read = tuple(comparable(one, kind) for one in given)
    return None if None in read else read


def _wanted(operator: str, kind: Kind) -> str:
    words = {
        "number": "a whole number, or a decimal as text",
        "moment": "an RFC 3339 time with an offset",
        "text": "text",
        "flag": "true or false",
    }
    if operator == "exists":
        return "must be true or false"
    return f"must be a list of these: {words[kind]}" if operator == "in" else f"must be {words[kind]}"


def _iso(given: str) -> Delay | None:
    match = DURATION.fullmatch(given)
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return Delay(weeks * 7 + days, hours * 3_600 + minutes * 60 + seconds)


def _in_words(given: Mapping[str, Any]) -> Delay | None:
    numbers = {name: value for name, value in given.items() if name != "calendar"}
    if not numbers or not all(type(value) is int and 0 <= value <= 10_000_000 for value in numbers.values()):
        return None
    if set(given) == {"business_minutes", "calendar"} and isinstance(given["calendar"], str):
        return Delay(business_minutes=given["business_minutes"], calendar=given["calendar"])
    if not numbers.keys() <= UNITS or "calendar" in given:
        return None
    days = numbers.get("weeks", 0) * 7 + numbers.get("days", 0)
    return Delay(days, numbers.get("hours", 0) * 3_600 + numbers.get("minutes", 0) * 60)
