"""Every statement on cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.enrolment.cards.domain import Card

__all__ = ["add", "claim", "next_attempt", "numbers_of", "postpone", "registered", "renumber"]

ADD: Final = text(
    """
    INSERT INTO cards (id, program_id, customer_id, prefix, number, issued_at, next_at)
    SELECT id, :program_id, customer_id, :prefix, number, :now, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:numbers AS text[]))
         AS t(id, customer_id, number)
    ORDER BY number
    ON CONFLICT (number) DO NOTHING
    RETURNING id
    """
)

HELD: Final = text("SELECT count(*) FROM cards WHERE customer_id = :customer_id")

# Registering a card records no fact, so no stream stands before its row.
CLAIM: Final = text(
    """
    UPDATE cards SET attempts = attempts + 1, next_at = :until
    WHERE id IN (
        SELECT id FROM cards WHERE registered_at IS NULL AND next_at <= :now
        ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING id, program_id, customer_id, prefix, number, issued_at, registered_at, attempts
    """
)

REGISTERED: Final = text(
    "UPDATE cards SET registered_at = :now WHERE id = ANY(CAST(:ids AS uuid[])) AND registered_at IS NULL"
)

POSTPONE: Final = text(
    """
    UPDATE cards SET next_at = t.next_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS t(id, next_at)
    WHERE cards.id = t.id AND registered_at IS NULL
    """
)

# None where the number is taken as well: the card keeps the old one and is asked about again.
RENUMBER: Final = text(
    """
    UPDATE cards SET number = :number, attempts = 0, next_at = :now
    WHERE id = :id AND registered_at IS NULL AND NOT EXISTS (SELECT FROM cards AS other WHERE other.number = :number)
    RETURNING id
    """
)

NEXT: Final = text("SELECT min(next_at) FROM cards WHERE registered_at IS NULL")


async def add(connection: AsyncConnection, cards: Sequence[Card]) -> set[UUID]:
    """Stores new cards of one programme and one moment; gives those whose number was free."""
    values = {
        "program_id": cards[0].program_id,
        "prefix": cards[0].prefix,
        "now": cards[0].issued_at,
        "ids": [card.id for card in cards],
        "customers": [card.customer_id for card in cards],
        "numbers": [card.number for card in cards],
    }
    return set((await connection.execute(ADD, values)).scalars())


async def numbers_of(connection: AsyncConnection, customer_id: UUID) -> int:
    """How many cards a customer has, over all programmes."""
    return int((await connection.execute(HELD, {"customer_id": customer_id})).scalar_one())


async def claim(connection: AsyncConnection, now: datetime, until: datetime, limit: int) -> list[Card]:
    """Cards that are to be registered now, oldest first; nobody else gets them before `until`."""
    rows = await connection.execute(CLAIM, {"now": now, "until": until, "limit": limit})
    return [_card(row) for row in rows]


async def registered(connection: AsyncConnection, card_ids: Sequence[UUID], now: datetime) -> None:
    """profile-service has these numbers."""
    await connection.execute(REGISTERED, {"ids": list(card_ids), "now": now})


async def postpone(connection: AsyncConnection, moments: Mapping[UUID, datetime]) -> None:
    """These are tried again then."""
    await connection.execute(POSTPONE, {"ids": list(moments), "moments": list(moments.values())})


async def renumber(connection: AsyncConnection, card_id: UUID, number: str, now: datetime) -> bool:
    """Gives a card another number; False where that one is taken too."""
    found = await connection.execute(RENUMBER, {"id": card_id, "number": number, "now": now})
    return found.scalar() is not None


async def next_attempt(connection: AsyncConnection) -> datetime | None:
    """When the next card is to be registered; None while there is none."""
    moment: datetime | None = (await connection.execute(NEXT)).scalar()
    return moment


def _card(row: Row[Any]) -> Card:
    return Card(**row._mapping)
