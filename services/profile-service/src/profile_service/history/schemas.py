"""Bodies of the history."""

from __future__ import annotations

from typing import Any

from hamdel.contracts.base import Moment
from hamdel.http import ResponseModel
from profile_service.history.domain import Line
from profile_service.identifiers.domain import shown

__all__ = ["LineResource"]


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
        old, new = (line.old, line.new) if in_full else (_hidden(line.old), _hidden(line.new))
        return cls(
            version=line.version,
            field=line.field,
            old=old,
            new=new,
            who=line.actor,
            when=line.changed_at,
            source=line.source,
        )


def _hidden(record: Any) -> Any:
    if not isinstance(record, dict) or not isinstance(record.get("identifiers"), list):
        return record
    identifiers = [{**each, "value": shown(each["type"], each["value"])} for each in record["identifiers"]]
    return {**record, "identifiers": identifiers}
