"""A service's own part of the customer view: what a renderer is, and sequence plus content in one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.sections import encode_section
from hamdel.database.streams import Families, families, roots

__all__ = ["STREAM_COLUMNS", "SectionRenderer", "StreamState", "load_sections", "render_streams"]

STREAM_COLUMNS: Final = """s.customer_id, s.section_sequence, s.changed_at, s.sequence > 0 AS written,
    s.linked_to IS NOT NULL AS linked,
    EXISTS (SELECT 1 FROM event_streams AS l WHERE l.linked_to = s.customer_id) AS heads"""

STREAMS: Final = text(
    f"SELECT {STREAM_COLUMNS} FROM event_streams AS s WHERE s.customer_id = ANY(CAST(:ids AS uuid[]))"  # noqa: S608
)

Data = dict[UUID, bytes | None]


class SectionRenderer(Protocol):
    """Renders the section that a service owns. `service` is the short name, `section` its name in the view."""

    section: str
    service: str

    async def render(self, connection: AsyncConnection, families: Families) -> dict[UUID, bytes | None]:
        """The data of each family as JSON bytes, by its root; None (or no entry) = gone, a tombstone is published."""

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        """How many records of these customers the service holds, whoever shows them."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream as its section sees it. `written`: it has events; `linked`: another one shows it; `heads`: it shows
    others. `sequence` is the section's number, `changed_at` UTC."""

    customer_id: UUID
    sequence: int
    changed_at: datetime
    written: bool
    linked: bool
    heads: bool


async def render_streams(
    connection: AsyncConnection, renderer: SectionRenderer, streams: Sequence[StreamState]
) -> Data:
    """The data of every stream's section; None for one that is linked, or that has nothing and shows nobody."""
    data: Data = dict.fromkeys(stream.customer_id for stream in streams)
    shown = [stream for stream in streams if not stream.linked and (stream.written or stream.heads)]
    if not shown:
        return data
    members: dict[UUID, Sequence[UUID]] = {stream.customer_id: (stream.customer_id,) for stream in shown}
    heads = [stream.customer_id for stream in shown if stream.heads]
    if heads:
        members |= await families(connection, heads)
    rendered = await renderer.render(connection, members)
    return data | {customer: rendered.get(customer) for customer in members}


async def load_sections(
    connection: AsyncConnection, renderer: SectionRenderer, customer_ids: Sequence[UUID], *, follow: bool = False
) -> dict[UUID, bytes]:
    """The full section records of those customers that have one; byte for byte what the relay publishes.

    With `follow` a customer that is linked to another gets the other's record. `connection` must be fresh: it is put
    into a REPEATABLE READ, read-only transaction, so that sequence and content belong together; the transaction is
    ended before the return.
    """
    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    async with connection.begin():
        asked = await roots(connection, customer_ids) if follow else {one: one for one in customer_ids}
        rows = await connection.execute(STREAMS, {"ids": list(set(asked.values()))})
        streams = {row[0]: StreamState(*row) for row in rows}
        data = await render_streams(connection, renderer, list(streams.values()))
    records = {
        customer: encode_section(
            customer, renderer.section, streams[customer].sequence, streams[customer].changed_at, content
        )
        for customer, content in data.items()
        if content is not None
    }
    return {one: records[root] for one, root in asked.items() if root in records}
