"""The ways to read a view: projected, caught up to what the reader has written, and live."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import asyncpg

from gateway.customer_view.arrivals import Arrivals
from gateway.customer_view.assemble import EMPTY_PIECES, Piece, View, assemble, unavailable
from gateway.customer_view.following import Found, follow
from gateway.customer_view.live import LiveSections, live_piece
from gateway.customer_view.repository import Row, ViewRepository
from hamdel.contracts.sections import SECTIONS
from hamdel.http.problem import NotFound, Unavailable

__all__ = ["DATABASE_DOWN", "ViewReader"]

DATABASE_DOWN = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What a database out of reach raises. A connection that the server ends at the very moment it is used gives
InternalClientError or AdminShutdownError (SQLSTATE class 57), too many connections SQLSTATE class 53."""


class ViewReader:
    """Raises NotFound `unknown-customer`, and Unavailable only where nothing at all is known of a customer."""

    def __init__(self, views: ViewRepository, live: LiveSections, arrivals: Arrivals, max_wait: float) -> None:
        self._views = views
        self._live = live
        self._arrivals = arrivals
        self._max_wait = max_wait

    async def projected(
        self, customer_id: UUID, wanted: Mapping[str, int], *, masked: bool = False, waited: bool = False
    ) -> View:
        """The projection; sections that have not reached the `wanted` sequence in time are fetched live. `waited`:
        the time is over already."""
        try:
            row = await self._caught_up(customer_id, wanted, 0.0 if waited else self._max_wait)
        except DATABASE_DOWN:
            return await self._complete(customer_id, None, set(SECTIONS), masked=masked)
        late = {name for name, sequence in wanted.items() if _sequence(row, name) < sequence}
        shown = row.customer_id if row else customer_id
        return await self._complete(shown, row, late | _missing(row), masked=masked)

    async def live(self, customer_id: UUID, *, masked: bool = False) -> View:
        """Every section from its owner; what cannot be had comes from the projection as `stale`."""
        return await self._complete(customer_id, await self._stored(customer_id), set(SECTIONS), masked=masked)

    async def _complete(self, customer_id: UUID, row: Row | None, names: set[str], *, masked: bool) -> View:
        believed = row.customer_id if row else customer_id
        found = await follow(self._live, names, customer_id, believed)
        if found.customer_id != believed:
            row = await self._stored(found.customer_id)
        pieces = _pieces(found, row, masked=masked)
        if pieces["profile"].status == "empty":
            raise NotFound("unknown-customer", f"there is no customer {customer_id}")
        if all(piece.status in ("empty", "unavailable") for piece in pieces.values()):
            raise Unavailable("customer-unavailable", "nothing is known of the customer at the moment")
        return assemble(str(found.customer_id), pieces)

    async def _caught_up(self, customer_id: UUID, wanted: Mapping[str, int], wait: float) -> Row | None:
        def enough(row: Row | None) -> bool:
            return all(_sequence(row, name) >= sequence for name, sequence in wanted.items())

        return await self._arrivals.until(customer_id, wait, lambda: self._row(customer_id), enough)

    async def _row(self, customer_id: UUID) -> Row | None:
        """The row that shows the customer: its own one as long as that has a profile, else the survivor's."""
        own = (await self._views.rows([customer_id])).get(customer_id)
        if own is not None and own.has_profile:
            return own
        return await self._views.survivor(customer_id) or own

    async def _stored(self, customer_id: UUID) -> Row | None:
        try:
            return await self._row(customer_id)
        except DATABASE_DOWN:
            return None


def _missing(row: Row | None) -> set[str]:
    """What has to be asked of its owner in any case. A profile that is gone was erased, or merged a moment ago: then
    the other sections say nothing either."""
    if row is None:
        return {"profile"}
    if row.has_profile:
        return set()
    return set(SECTIONS) if row.sequence("profile") else {"profile"}


def _pieces(found: Found, row: Row | None, *, masked: bool) -> dict[str, Piece]:
    pieces = dict(EMPTY_PIECES)
    if row is not None and row.customer_id == found.customer_id:
        pieces = row.pieces(masked=masked)
    for name in found.asked:
        if name in found.sections:
            pieces[name] = live_piece(name, found.sections[name], masked=masked)
        else:
            pieces[name] = _fallback(name, pieces[name])
    return pieces


def _sequence(row: Row | None, name: str) -> int:
    return row.sequence(name) if row else 0


def _fallback(name: str, projected: Piece) -> Piece:
    if projected.status == "ok":
        return Piece("stale", projected.sequence, projected.as_of, projected.data)
    return unavailable(name)
