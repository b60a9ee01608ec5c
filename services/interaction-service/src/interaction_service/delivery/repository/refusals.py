"""Who must not be written to: addresses that bounced, and people who unsubscribed; and the service's own keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["Unsubscription", "key", "put_off", "suppress", "suppressed", "told", "unsubscribe", "untold"]

KEY: Final = text("SELECT key FROM delivery_keys WHERE name = :name")

SUPPRESS: Final = text(
    """
    INSERT INTO suppressed_addresses (channel, address_hash, reason, since)
    VALUES (:channel, :address_hash, :reason, :now) ON CONFLICT DO NOTHING
    """
)

SUPPRESSED: Final = text(
    """
    SELECT channel, address_hash FROM suppressed_addresses
    WHERE channel = :channel AND address_hash = ANY(CAST(:hashes AS bytea[]))
    """
)

UNSUBSCRIBE: Final = text(
    """
    INSERT INTO unsubscriptions (message_id, customer_id, purpose, channel, asked_at, next_try_at)
    SELECT id, customer_id, purpose, channel, :now, :now FROM messages WHERE id = :message_id
    ON CONFLICT DO NOTHING
    """
)

UNTOLD: Final = text(
    """
    SELECT message_id, customer_id, purpose, channel, asked_at FROM unsubscriptions
    WHERE next_try_at <= :now ORDER BY next_try_at LIMIT :most FOR UPDATE SKIP LOCKED
    """
)

TOLD: Final = text("UPDATE unsubscriptions SET told_at = :now, next_try_at = NULL WHERE message_id = :message_id")

PUT_OFF: Final = text("UPDATE unsubscriptions SET next_try_at = :at WHERE message_id = :message_id")


class Unsubscription(NamedTuple):
    """Somebody does not want messages like this one any more; profile-service does not know yet."""

    message_id: UUID
    customer_id: UUID
    purpose: str
    channel: str
    asked_at: datetime


async def key(connection: AsyncConnection, name: str) -> bytes:
    """One of the service's own keys: `unsubscribe` or `suppression`."""
    found: bytes = (await connection.execute(KEY, {"name": name})).scalar_one()
    return found


async def suppress(connection: AsyncConnection, channel: str, address_hash: bytes, reason: str, now: datetime) -> None:
    """Nothing is sent to the address any more; again is fine."""
    await connection.execute(SUPPRESS, {"channel": channel, "address_hash": address_hash, "reason": reason, "now": now})


async def suppressed(connection: AsyncConnection, channel: str, hashes: list[bytes]) -> set[bytes]:
    """Those of the addresses that nothing is sent to."""
    rows = await connection.execute(SUPPRESSED, {"channel": channel, "hashes": hashes})
    return {row.address_hash for row in rows}


async def unsubscribe(connection: AsyncConnection, message_id: UUID, now: datetime) -> None:
    """Remembers that the message's customer does not want its like; again is fine."""
    await connection.execute(UNSUBSCRIBE, {"message_id": message_id, "now": now})


async def untold(connection: AsyncConnection, now: datetime, most: int) -> list[Unsubscription]:
    """What profile-service has to be told now, locked until the end of the transaction."""
    rows: Any = await connection.execute(UNTOLD, {"now": now, "most": most})
    return [Unsubscription._make(row) for row in rows]


async def told(connection: AsyncConnection, message_id: UUID, now: datetime) -> None:
    """profile-service has it: from now on its answer counts."""
    await connection.execute(TOLD, {"message_id": message_id, "now": now})


async def put_off(connection: AsyncConnection, message_id: UUID, at: datetime) -> None:
    """It is told again at a later moment."""
    await connection.execute(PUT_OFF, {"message_id": message_id, "at": at})
