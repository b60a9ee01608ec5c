"""A refund: never more money, and never more pieces, than were paid and bought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

__all__ = [
    "Line",
    "Piece",
    "Refund",
    "RefundDraft",
    "Taken",
    "carried_over",
    "refundable",
    "returned_after",
    "take_back",
    "unknown",
]


class Line(NamedTuple):
    """A line of a purchase: how many of what were bought."""

    sku: str | None
    quantity: int


class Piece(NamedTuple):
    """What a refund names: so many of a line (counted from 0), or so many of a sku on whichever lines it stands."""

    quantity: int
    line: int | None = None
    sku: str | None = None


class Taken(NamedTuple):
    """So many of a line come back."""

    line: int
    sku: str | None
    quantity: int


@dataclass(frozen=True, slots=True)
class RefundDraft:
    """What somebody asks for. `amount` is a decimal string, None = all that is left, in the purchase's own currency;
    `occurred_at` is aware, None = now."""

    source: str
    external_id: str
    amount: str | None
    currency: str | None
    pieces: Sequence[Piece]
    occurred_at: datetime | None
    reason: str | None


class Refund(NamedTuple):
    """A stored refund. Amounts are decimal strings in `currency`; `refunded_total` adds up this and all earlier ones,
    `purchase_total` is what the purchase was then; `items` is a JSON array of `Taken` as text; times are UTC."""

    id: UUID
    purchase_id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: datetime
    amount: str
    currency: str
    items: str
    reason: str | None
    refunded_total: str
    purchase_total: str
    fingerprint: UUID
    recorded_at: datetime


def refundable(total: Decimal, refunded: Decimal, asked: Decimal | None) -> Decimal | None:
    """The amount that goes back: what was asked, or all that is left; None where that is more than is left, or nothing
    is."""
    left = total - refunded
    amount = left if asked is None else asked
    return amount if 0 < amount <= left else None


def unknown(lines: Sequence[Line], pieces: Sequence[Piece]) -> list[int]:
    """Which of the pieces (counted from 0) name nothing that was bought."""
    return [at for at, piece in enumerate(pieces) if not any(_lines_of(lines, piece))]


def take_back(lines: Sequence[Line], returned: Sequence[int], pieces: Sequence[Piece]) -> list[Taken] | None:
    """From which lines the pieces come back, given how many of each line did before; None where that is more than was
    bought. Who names a line gets that line; a sku takes what is left of its lines, the first line first."""
    free = [line.quantity - back for line, back in zip(lines, returned, strict=True)]
    taken: list[Taken] = []
    for piece in sorted(pieces, key=lambda piece: piece.line is None):
        wanted = piece.quantity
        for at, line in _lines_of(lines, piece):
            some = min(wanted, free[at])
            if some:
                taken.append(Taken(at, line.sku, some))
                free[at] -= some
                wanted -= some
        if wanted:
            return None
    return taken


def returned_after(returned: Sequence[int], taken: Sequence[Taken]) -> list[int]:
    """How many of each line came back, these included."""
    counts = list(returned)
    for one in taken:
        counts[one.line] += one.quantity
    return counts


def carried_over(before: Sequence[Line], returned: Sequence[int], after: Sequence[Line]) -> list[int] | None:
    """How many of each corrected line came back already: pieces keep their sku, or their place where the line had none.
    None where more came back than the corrected lines have."""
    pieces = [
        Piece(back, sku=line.sku) if line.sku is not None else Piece(back, line=at)
        for at, (line, back) in enumerate(zip(before, returned, strict=True))
        if back
    ]
    nothing = [0] * len(after)
    taken = take_back(after, nothing, pieces)
    return None if taken is None else returned_after(nothing, taken)


def _lines_of(lines: Sequence[Line], piece: Piece) -> Iterator[tuple[int, Line]]:
    for at, line in enumerate(lines):
        if at == piece.line or (piece.line is None and line.sku == piece.sku):
            yield at, line
