"""The view's JSON, put together from ready pieces: nothing is parsed, nothing is encoded twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.customer_view.sections import EMPTY_DATA, EMPTY_STATE, state_fragment
from hamdel.contracts.sections import SECTIONS

__all__ = ["EMPTY_PIECES", "Piece", "Status", "View", "assemble", "unavailable"]

Status = Literal["ok", "empty", "stale", "unavailable"]


@dataclass(frozen=True, slots=True)
class Piece:
    """One section of a view. `as_of` is RFC 3339 UTC, None where nothing is known."""

    status: Status
    sequence: int
    as_of: str | None
    data: bytes

    @property
    def state(self) -> bytes:
        """The entry under `sections`; one that is empty has no sequence to show (its last guards the projection)."""
        if self.status == "empty":
            return EMPTY_STATE
        return state_fragment(self.status, self.sequence, self.as_of)


@dataclass(frozen=True, slots=True)
class View:
    """A view ready to send: the body, the value of its `Hamdel-Sequence` header, and whose it is (canonical id)."""

    body: bytes
    sequences: bytes
    customer_id: str


EMPTY_PIECES: Final[dict[str, Piece]] = {name: Piece("empty", 0, None, EMPTY_DATA[name]) for name in SECTIONS}


def unavailable(name: str) -> Piece:
    """What stands for a section that cannot be had from anywhere."""
    return Piece("unavailable", 0, None, EMPTY_DATA[name])


def assemble(customer_id: str, pieces: Mapping[str, Piece]) -> View:
    """The view of api.md; every section of `SECTIONS` must be there."""
    ordered = [(name.encode(), pieces[name]) for name in SECTIONS]
    latest = max((piece.as_of[:-1] for _, piece in ordered if piece.as_of), default=None)
    complete = all(piece.status in ("ok", "empty") for _, piece in ordered)
    parts = [b'{"customer_id":"', customer_id.encode(), b'","as_of":']
    parts.append(b"null" if latest is None else b'"' + latest.encode() + b'Z"')
    parts.append(b',"complete":true' if complete else b',"complete":false')
    parts.extend(b',"' + name + b'":' + piece.data for name, piece in ordered)
    parts.append(b',"sections":{')
    parts.append(b",".join(b'"' + name + b'":' + piece.state for name, piece in ordered))
    parts.append(b"}}")
    sequences = b", ".join(b"%s=%d" % (name, piece.sequence) for name, piece in ordered)
    return View(b"".join(parts), sequences, customer_id)
