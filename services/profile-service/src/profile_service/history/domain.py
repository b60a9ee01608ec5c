"""What one line of history is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

__all__ = ["Entry", "Line", "OverwrittenError", "is_restorable", "undone"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A change to be written down. `field` is a JSON pointer; the empty one means the whole record, as it began."""

    customer_id: UUID
    version: int
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Line:
    """A change as it was written down: who, when (UTC), and from where. `ordinal` orders the changes of one version."""

    version: int
    ordinal: int
    field: str
    old: Any
    new: Any
    actor: str
    source: str
    changed_at: datetime


class OverwrittenError(ValueError):
    """What held the field is a plain value by now, which the field cannot be put into."""


def is_restorable(field: str, fields: Collection[str]) -> bool:
    """Whether a pointer leads to (or into) one of the fields of the record, and not to something beside it.

    >>> is_restorable("/name/given", {"name"}), is_restorable("/identifiers/1", {"name"}), is_restorable("", {"name"})
    (True, False, False)
    """
    return field.startswith("/") and _steps(field)[0] in fields


def undone(document: Mapping[str, Any], lines: Iterable[Line]) -> dict[str, Any]:
    """The document with every line's field as it was before that line; a field that had no value is taken away.

    No value and the JSON value null are one. Raises OverwrittenError.
    """
    result = dict(document)
    for line in lines:
        result = _put(result, _steps(line.field), line.old)
    return result


def _put(target: Any, steps: list[str], value: Any) -> dict[str, Any]:
    if not isinstance(target, dict):
        raise OverwrittenError
    changed, step = dict(target), steps[0]
    if len(steps) > 1:
        if step in changed or value is not None:
            changed[step] = _put(changed.get(step, {}), steps[1:], value)
    elif value is None:
        changed.pop(step, None)
    else:
        changed[step] = value
    return changed


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
