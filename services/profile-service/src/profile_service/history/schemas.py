"""Bodies of the history."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from profile_service.history.domain import Line
from profile_service.identifiers.domain import shown

__all__ = ["LineResource", "RestoreBody"]


class RestoreBody(RequestModel):
    """A change of the history: its `version` and its `field`, or a field around it (`/location` for both its parts)."""

    version: Annotated[int, Field(ge=1)]
    field: str


class LineResource(ResponseModel):
    """One change: `who` is the token's subject, `when` is UTC, `field` a JSON pointer (RFC 6901), the empty one being
    the whole record as it began; `source` tells the way it came (`api`, an import …)."""

    version: int
    field: str
    old: Any
    new: Any
    who: str
    when: Moment
    source: str

    @classmethod
    def of(cls, line: Line, *, in_full: bool) -> LineResource:
        """`in_full`: whether the reader may see national ids and phones unmasked."""
        old, new = (line.old, line.new) if in_full else (_hidden(line.field, line.old), _hidden(line.field, line.new))
        return cls(
            version=line.version,
            field=line.field,
            old=old,
            new=new,
            who=line.actor,
            when=line.changed_at,
            source=line.source,
        )


def _hidden(field: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if field.startswith("/identifiers/"):
        return _masked(value)
    if not isinstance(value.get("identifiers"), list):
        return value
    return {**value, "identifiers": [_masked(each) for each in value["identifiers"]]}


def _masked(identifier: dict[str, Any]) -> dict[str, Any]:
    return {**identifier, "value": shown(identifier["type"], identifier["value"])}
