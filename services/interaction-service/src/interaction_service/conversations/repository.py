"""Every statement on conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.conversations.domain import ContactKey, Conversation, Place

__all__ = ["by_id", "close", "lock", "lock_open", "message_ids", "of_customers", "open_new", "place"]

_COLUMNS: Final = (
    "c.id, c.customer_id, c.channel, c.contact, c.status, c.messages, c.opened_at, c.last_message_at, c.version"
)
_BUSY: Final = (
    "EXISTS (SELECT 1 FROM cases AS k WHERE k.conversation_id = c.id AND k.status IN ('open', 'waiting')) AS busy"
)

LOCK_OPEN: Final = text(
    f"""
    SELECT {_COLUMNS}, {_BUSY}, t.asked
    FROM conversations AS c
    JOIN unnest(CAST(:channels AS text[]), CAST(:contacts AS text[]), CAST(:members AS uuid[]),
                CAST(:asked AS uuid[])) AS t(channel, contact, member, asked)
      ON c.channel = t.channel AND c.contact = t.contact AND c.customer_id = t.member
    WHERE c.status = 'open' ORDER BY c.id FOR UPDATE OF c
    """  # noqa: S608
)

LOCK: Final = text(f"SELECT {_COLUMNS}, {_BUSY} FROM conversations AS c WHERE c.id = :id FOR UPDATE")  # noqa: S608
BY_ID: Final = text(f"SELECT {_COLUMNS}, {_BUSY} FROM conversations AS c WHERE c.id = :id")  # noqa: S608

CLOSE: Final = text(
    "UPDATE conversations SET status = 'closed', version = version + 1 WHERE id = ANY(CAST(:ids AS uuid[]))"
)

OPEN: Final = text(
    """
    INSERT INTO conversations (id, customer_id, channel, contact, opened_at, last_message_at)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:channels AS text[]),
                         CAST(:contacts AS text[]), CAST(:moments AS timestamptz[]), CAST(:moments AS timestamptz[]))
    """
)

PLACE: Final = text(
    """
    WITH placed AS (
        SELECT * FROM unnest(CAST(:messages AS uuid[]), CAST(:conversations AS uuid[]), CAST(:positions AS bigint[]),
                             CAST(:contacts AS text[]), CAST(:moments AS timestamptz[]))
                      AS t(message_id, conversation_id, position, contact, at)
    ), counted AS (
        UPDATE conversations AS c
        SET messages = n.messages, last_message_at = greatest(c.last_message_at, n.at), version = c.version + 1
        FROM (SELECT conversation_id, max(position) AS messages, max(at) AS at FROM placed
              GROUP BY conversation_id) AS n
        WHERE c.id = n.conversation_id
    )
    UPDATE interactions AS i SET contact = p.contact, conversation_id = p.conversation_id, position = p.position
    FROM placed AS p WHERE i.id = p.message_id
    """
)

OF_CUSTOMERS: Final = text(
    f"""
    SELECT {_COLUMNS}, false AS busy FROM conversations AS c
    WHERE c.customer_id = ANY(CAST(:customers AS uuid[])) AND (CAST(:before AS uuid) IS NULL OR c.id < :before)
    ORDER BY c.id DESC LIMIT :limit
    """  # noqa: S608
)

MESSAGE_IDS: Final = text(
    """
    SELECT position, id FROM interactions WHERE conversation_id = :id AND position > :after
    ORDER BY position LIMIT :limit
    """
)


async def lock_open(
    connection: AsyncConnection, wanted: Sequence[tuple[ContactKey, Sequence[UUID]]]
) -> dict[ContactKey, list[Conversation]]:
    """The open conversations that each key's customer, or somebody in the family given with it, has; locked."""
    rows = [(key, member) for key, family in wanted for member in family]
    found: dict[ContactKey, list[Conversation]] = {key: [] for key, _ in wanted}
    values = {
        "channels": [key.channel for key, _ in rows],
        "contacts": [key.contact for key, _ in rows],
        "members": [member for _, member in rows],
        "asked": [key.customer_id for key, _ in rows],
    }
    for *columns, asked in await connection.execute(LOCK_OPEN, values):
        conversation = _conversation(columns)
        found[ContactKey(conversation.channel, conversation.contact, asked)].append(conversation)
    return found


async def lock(connection: AsyncConnection, conversation_id: UUID) -> Conversation | None:
    """The conversation, locked until the end of the transaction."""
    row = (await connection.execute(LOCK, {"id": conversation_id})).one_or_none()
    return _conversation(row) if row else None


async def by_id(connection: AsyncConnection, conversation_id: UUID) -> Conversation | None:
    """The conversation."""
    row = (await connection.execute(BY_ID, {"id": conversation_id})).one_or_none()
    return _conversation(row) if row else None


async def close(connection: AsyncConnection, ids: Iterable[UUID]) -> None:
    """They are over."""
    await connection.execute(CLOSE, {"ids": list(ids)})


async def open_new(connection: AsyncConnection, conversations: Sequence[Conversation]) -> None:
    """Stores new ones, still without a message."""
    await connection.execute(
        OPEN,
        {
            "ids": [one.id for one in conversations],
            "customers": [one.customer_id for one in conversations],
            "channels": [one.channel for one in conversations],
            "contacts": [one.contact for one in conversations],
            "moments": [one.opened_at for one in conversations],
        },
    )


async def place(connection: AsyncConnection, places: Sequence[Place]) -> None:
    """Gives the stored messages their places and counts them, in one statement."""
    messages, conversations, positions, contacts, moments = zip(*places, strict=True)
    values = {"messages": messages, "conversations": conversations, "positions": positions}
    await connection.execute(PLACE, values | {"contacts": contacts, "moments": moments})


async def of_customers(
    connection: AsyncConnection, customers: Sequence[UUID], before: UUID | None, limit: int
) -> list[Conversation]:
    """Conversations of the customers, newest first."""
    rows = await connection.execute(OF_CUSTOMERS, {"customers": list(customers), "before": before, "limit": limit})
    return [_conversation(row) for row in rows]


async def message_ids(
    connection: AsyncConnection, conversation_id: UUID, after: int, limit: int
) -> list[tuple[int, UUID]]:
    """Positions and ids of the messages after a position, in order."""
    rows = await connection.execute(MESSAGE_IDS, {"id": conversation_id, "after": after, "limit": limit})
    return [(row[0], row[1]) for row in rows]


def _conversation(row: Sequence[object]) -> Conversation:
    return Conversation(**dict(zip(Conversation.__dataclass_fields__, row, strict=True)))  # type: ignore[arg-type]
