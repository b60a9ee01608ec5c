"""A section as the gateway holds it: the owner's bytes, untouched, and the little that is known about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from gateway.customer_view.masking import masked_profile
from hamdel.contracts.sections import EMPTY, SECTIONS

__all__ = [
    "EMPTY_DATA",
    "EMPTY_STATE",
    "BadSectionError",
    "Section",
    "Tombstone",
    "parse_section",
    "state_fragment",
    "tombstone",
]

EMPTY_DATA: Final[dict[str, bytes]] = {name: orjson.dumps(EMPTY[name]) for name in SECTIONS}
"""What is shown where a customer has nothing: the same bytes from the projection and live."""

_FIELDS: Final = ("customer_id", "section", "sequence", "as_of", "data")
_MARK: Final = b',"data":'
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


class BadSectionError(ValueError):
    """A record that is no section: it can never be applied, so it goes to the dead letters."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section of one customer. `data` is the owner's JSON verbatim, `masked` the same for readers without
    `pii:read` (None where nothing had to be masked), `as_of` RFC 3339 UTC. `merged` names everybody who is shown with
    the customer: absorbed id → id of the merge (UUIDv7: the newer is the greater), both canonical; None = nobody."""

    customer_id: UUID
    name: str
    sequence: int
    as_of: str
    data: bytes
    masked: bytes | None
    merged: Mapping[str, str] | None = None

    @property
    def state(self) -> bytes:
        """This section's entry under `sections` in the view."""
        return state_fragment("ok", self.sequence, self.as_of)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The section is gone. `sequence` is that of the change that removed it; None where the record did not say."""

    customer_id: UUID
    name: str
    sequence: int | None


def state_fragment(status: str, sequence: int, as_of: str | None) -> bytes:
    """`{"status", "sequence", "as_of"}` as JSON."""
    return orjson.dumps({"status": status, "sequence": sequence, "as_of": as_of})


EMPTY_STATE: Final = state_fragment("empty", 0, None)


def parse_section(value: bytes, expected: str) -> Section:
    """Reads a record made by `contracts.sections.encode_section`; `data` keeps its exact bytes.

    Raises BadSectionError where the record is not JSON, not complete, or another section's.
    """
    try:
        document = orjson.loads(value)
        customer_id = UUID(document["customer_id"])
        name, sequence, as_of, data = (document[field] for field in _FIELDS[1:])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadSectionError(f"not a section record: {type(error).__name__}") from error
    if name != expected or type(sequence) is not int or not 0 <= sequence < 1 << 63:
        raise BadSectionError(f"not a record of section {expected}")
    if not isinstance(as_of, str) or not _MOMENT.fullmatch(as_of) or not isinstance(data, dict):
        raise BadSectionError("as_of or data has the wrong form")
    verbatim = _verbatim(value, document)
    if name != "profile":
        return Section(customer_id, name, sequence, as_of, verbatim, None)
    return Section(customer_id, name, sequence, as_of, verbatim, masked_profile(data), _merged(data.get("merged")))


def tombstone(key: bytes, name: str, headers: dict[str, bytes]) -> Tombstone:
    """Reads a record without value. Raises BadSectionError when its key is no customer id."""
    try:
        sequence = int(headers["sequence"]) if "sequence" in headers else None
        return Tombstone(UUID(key.decode("ascii")), name, sequence)
    except ValueError as error:
        raise BadSectionError("not the key of a customer") from error


def _merged(links: Any) -> Mapping[str, str] | None:
    if not links:
        return None
    try:
        return {str(UUID(link["customer_id"])): str(UUID(link["merge_id"])) for link in links}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadSectionError("merged has the wrong form") from error


def _verbatim(value: bytes, document: dict[str, Any]) -> bytes:
    # The fields before `data` are checked strings and numbers, so the first mark is the real one; a record written
    # by another producer in another order or with spaces is encoded again.
    start = value.find(_MARK)
    if tuple(document) == _FIELDS and start > 0 and value.endswith(b"}}"):
        return value[start + len(_MARK) : -1]
    return orjson.dumps(document["data"])
