"""Is the projection what the owners say? Section by section, 500 customers at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from gateway.customer_view.assemble import Piece
from gateway.customer_view.live import LiveSections, ServiceUnreachableError
from gateway.customer_view.repository import Row, ViewRepository
from gateway.customer_view.schemas import CompareRequest, Comparison, Difference
from gateway.customer_view.sections import Section
from hamdel.contracts.sections import SECTIONS
from hamdel.http.problem import Unavailable

__all__ = ["ViewComparer"]


class ViewComparer:
    """Raises Unavailable (503) where an owner cannot be asked: a comparison is never silently partial."""

    def __init__(self, views: ViewRepository, live: LiveSections) -> None:
        self._views = views
        self._live = live

    async def compare(self, request: CompareRequest) -> Comparison:
        """Compares sequence, `as_of` and the JSON of `data` (in its compact form, order of the keys included)."""
        named = request.customer_ids is not None
        ids = list(request.customer_ids or ()) if named else await self._views.page(request.after, request.limit)
        rows, owned = await self._both(ids)
        differences = [
            difference
            for name in SECTIONS
            for customer_id, live in zip(ids, owned[name], strict=True)
            if (difference := _difference(customer_id, name, rows.get(customer_id), live))
        ]
        following = ids[-1] if not named and len(ids) == request.limit else None
        return Comparison(compared=len(ids), differences=differences, next=following)

    async def _both(self, ids: Sequence[UUID]) -> tuple[Mapping[UUID, Row], Mapping[str, Sequence[Section | None]]]:
        if not ids:
            return {}, {name: [] for name in SECTIONS}
        try:
            answers = await asyncio.gather(*(self._live.bulk(name, ids) for name in SECTIONS))
        except ServiceUnreachableError as error:
            raise Unavailable("service-unavailable", str(error)) from error
        return await self._views.rows(ids), dict(zip(SECTIONS, answers, strict=True))


def _difference(customer_id: UUID, name: str, row: Row | None, live: Section | None) -> Difference | None:
    piece = row.piece(name) if row else None
    shown = piece if piece and piece.status == "ok" else None
    if shown is None and live is None:
        return None
    if shown and live and _same(shown, live):
        return None
    return Difference(
        customer_id=customer_id,
        section=name,
        projected_sequence=shown.sequence if shown else 0,
        live_sequence=live.sequence if live else 0,
    )


def _same(shown: Piece, live: Section) -> bool:
    if (shown.sequence, shown.as_of) != (live.sequence, live.as_of):
        return False
    return shown.data == live.data or orjson.dumps(orjson.loads(shown.data)) == live.data
