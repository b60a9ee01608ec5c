"""A service's own part of the customer view: what a renderer is, and sequence plus content in one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.sections import encode_section

__all__ = ["SectionRenderer", "load_sections"]

STREAMS = text(
    """
    SELECT customer_id, sequence, changed_at FROM event_streams
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND sequence > 0
    """
)


class SectionRenderer(Protocol):
    """Renders the section that a service owns. `service` is the short name, `section` its name in the view."""

    section: str
    service: str

    async def render(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, bytes | None]:
        """The data of each customer as JSON bytes; None (or no entry) = gone, a tombstone is published."""


async def load_sections(
    connection: AsyncConnection, renderer: SectionRenderer, customer_ids: Sequence[UUID]
) -> dict[UUID, bytes]:
    """The full section records of those customers that have one; byte for byte what the relay publishes.

    `connection` must be fresh: it is put into a REPEATABLE READ, read-only transaction, so that sequence and content
    belong together; the transaction is ended before the return.
    """
    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with connection.begin():
        rows = (await connection.execute(STREAMS, {"ids": list(customer_ids)})).all()
        streams: dict[UUID, tuple[int, datetime]] = {row[0]: (row[1], row[2]) for row in rows}
        rendered = await renderer.render(connection, list(streams)) if streams else {}
    return {
        customer: encode_section(customer, renderer.section, *streams[customer], data)
        for customer, data in rendered.items()
        if data is not None
    }
