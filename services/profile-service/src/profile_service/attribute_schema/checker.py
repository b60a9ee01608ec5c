"""A JSON Schema (draft 2020-12) made ready for checking attributes by `jsonschema`, with bounds to how long it runs.

* Patterns run in the Rust engine that pydantic brings: linear time, so there is no pattern that hangs; look-around and
  back references do not exist there and are refused when the schema is set.
* Every keyword costs ten steps, its own size and the instance's (`enum` their product: it compares each with each); a
  check that needs over 100,000 is given up.
* A schema has at most 1,000 objects: holding it to the rules of its draft takes about a millisecond for each.
* `uniqueItems` compares by canonical JSON instead of pairwise, `multipleOf` in exact decimals (19.99 is a multiple of
  0.01).
* `format` is asserted for date, email, ipv4, ipv6 and uuid; the others are annotations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any, Final

import orjson
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from pydantic_core import SchemaError, SchemaValidator, core_schema
from referencing import Registry

from hamdel.http import FieldError
from profile_service.attribute_schema.domain import Fault, faults, patterns, pointer_of

__all__ = ["Checker", "schema_faults"]

MAX_STEPS: Final = 100_000
STEPS_OF_A_KEYWORD: Final = 10
MAX_OBJECTS: Final = 1000
MAX_FAULTS: Final = 20

_ENUM: Final = Draft202012Validator.VALIDATORS["enum"]
_FORMATS: Final = ("date", "email", "ipv4", "ipv6", "uuid")

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class _TooManyStepsError(Exception):
    """The check was given up."""


class Checker:
    """One version of the schema, compiled; not for use by several threads at once."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._patterns = {pattern: _compiled(pattern) for _, pattern in patterns(schema)}
        own = {**Draft202012Validator.VALIDATORS, **_OWN, "pattern": self._matches}
        limited = {name: self._limited(keyword) for name, keyword in own.items()}
        kind = validators.extend(Draft202012Validator, limited)
        self._validator = kind(schema, registry=Registry(), format_checker=FormatChecker(_FORMATS))
        self._steps = 0

    def faults(self, attributes: Mapping[str, Any]) -> list[FieldError]:
        """Where attributes break the schema, at most 20 places; messages name the rule and never the value."""
        self._steps = 0
        try:
            errors = list(islice(self._validator.iter_errors(attributes), MAX_FAULTS))
        except _TooManyStepsError:
            return [FieldError("/attributes", "takes too long to check against the schema", "attribute_steps")]
        return list({found.pointer: found for error in errors for found in _field_errors(error)}.values())

    def _limited(self, keyword: Keyword) -> Keyword:
        def run(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            mine, its = _size(value), _size(instance)
            self._steps += STEPS_OF_A_KEYWORD + (mine * its if keyword is _ENUM else mine + its)
            if self._steps > MAX_STEPS:
                raise _TooManyStepsError
            yield from keyword(validator, value, instance, schema) or ()

        return run

    def _matches(self, _validator: Any, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not self._patterns[pattern].isinstance_python(instance):
            yield ValidationError("does not match the pattern")


def schema_faults(schema: Mapping[str, Any]) -> list[Fault]:
    """Why a schema is not accepted: not valid as draft 2020-12, outside our limits, or with a pattern that the engine
    does not know; nothing when it is."""
    if _objects(schema) > MAX_OBJECTS:
        return [Fault("", f"has more than {MAX_OBJECTS} objects")]
    invalid = islice(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema), MAX_FAULTS)
    found = [Fault(pointer_of(tuple(map(str, error.absolute_path))), _rule(error)) for error in invalid]
    return found or faults(schema)[:MAX_FAULTS] or _pattern_faults(schema)


def _pattern_faults(schema: Mapping[str, Any]) -> list[Fault]:
    found = []
    for path, pattern in patterns(schema):
        try:
            _compiled(pattern)
        except SchemaError:
            found.append(Fault(pointer_of(path), "is no regular expression of the linear-time kind"))
    return found


def _compiled(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex", strict=True))


def _size(value: Any) -> int:
    return len(value) + 1 if isinstance(value, list | dict) else 1


def _objects(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_objects, value.values()))
    return sum(map(_objects, value)) if isinstance(value, list) else 0


def _unique_items(_validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if wanted and isinstance(instance, list) and len({_canonical(item) for item in instance}) < len(instance):
        yield ValidationError("has an item twice")


def _multiple_of(_validator: Any, step: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, int | float) or isinstance(instance, bool):
        return
    if (Fraction(repr(instance)) / Fraction(repr(step))).denominator != 1:
        yield ValidationError("is not a multiple")


def _properties(validator: Any, properties: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """As in `jsonschema`, but a property that is forbidden by `false` is named."""
    for name, schema in properties.items() if isinstance(instance, dict) else ():
        if name in instance:
            forbidden = {"not": {}} if schema is False else schema
            yield from validator.descend(instance[name], forbidden, path=name, schema_path=name)


_OWN: Final[dict[str, Keyword]] = {"properties": _properties, "uniqueItems": _unique_items, "multipleOf": _multiple_of}


def _canonical(value: Any) -> bytes:
    """Equal for equal JSON values: 1 and 1.0 are one, 1 and true are two."""
    return orjson.dumps(_with_whole_numbers(value), option=orjson.OPT_SORT_KEYS)


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    return value


def _rule(error: ValidationError) -> str:
    return f"breaks `{error.validator or 'false'}`"


def _field_errors(error: ValidationError) -> Iterator[FieldError]:
    place = ("attributes", *map(str, error.absolute_path))
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield FieldError(pointer_of((*place, name)), "Field required", "missing")
    elif error.validator == "additionalProperties" and error.validator_value is False:
        for name in error.instance.keys() - error.schema.get("properties", {}).keys():
            yield FieldError(pointer_of((*place, name)), "Extra inputs are not permitted", "extra_forbidden")
    else:
        rule = str(error.validator or "false")
        yield FieldError(pointer_of(place), f"{_rule(error)} of the attribute schema", "attribute", {"rule": rule})
