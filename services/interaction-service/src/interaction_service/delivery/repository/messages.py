"""Messages as they are put in and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.delivery.domain import MessageDraft

__all__ = [
    "AttemptRow",
    "Message",
    "Report",
    "Sent",
    "add",
    "attempts_of",
    "find",
    "left",
    "note_status",
    "on_timeline",
    "page",
    "sent_untold",
]

ADD: Final = text(
    """
    INSERT INTO messages (id, key, customer_id, channel, purpose, transactional, template_id, template,
                          template_version, variables, subject, body, language, address, on_timeline, not_before,
                          status, reason, next_attempt_at, created_at, updated_at)
    SELECT :id, :key, :customer_id, :channel, :purpose, :transactional, t.id, :template, t.version,
           CAST(:variables AS json), :subject, :body, :language, :address, :on_timeline, :not_before,
           CASE WHEN lost THEN 'failed' ELSE 'queued' END, CASE WHEN lost THEN 'unknown-template' END,
           CASE WHEN NOT lost THEN greatest(CAST(:not_before AS timestamptz), CAST(:now AS timestamptz)) END,
           CAST(:now AS timestamptz), CAST(:now AS timestamptz)
    FROM (SELECT CAST(:template AS text) AS code) AS wanted
    LEFT JOIN message_templates AS t ON t.code = wanted.code AND t.channel = :channel
    CROSS JOIN LATERAL (SELECT wanted.code IS NOT NULL AND t.id IS NULL AS lost) AS found
    ON CONFLICT (key) DO NOTHING
    RETURNING id
    """
)

COLUMNS: Final = """
    SELECT id, key, customer_id, channel, purpose, transactional, template, template_version,
           CAST(variables AS text) AS variables, subject, body, language, address, status, reason, not_before,
           next_attempt_at, attempts, provider_message_id, sent_at, created_at, updated_at
    FROM messages
"""

FIND: Final = text(f"{COLUMNS} WHERE id = :id")

PAGES: Final = {
    (by_customer, by_status): text(
        f"""
        {COLUMNS} WHERE id < :before
        {"AND customer_id = ANY(CAST(:family AS uuid[]))" if by_customer else ""}
        {"AND status = :status" if by_status else ""}
        ORDER BY id DESC LIMIT :limit
        """
    )
    for by_customer in (False, True)
    for by_status in (False, True)
}

ATTEMPTS: Final = text(
    """
    SELECT number, started_at, finished_at, outcome, reason FROM delivery_attempts
    WHERE message_id = :id ORDER BY number
    """
)

NOTE_STATUS: Final = text(
    """
    UPDATE messages
    SET status = :status, reason = :reason, next_attempt_at = NULL, claim = NULL, updated_at = :now, reported_at = :at,
        sent_at = coalesce(sent_at, begun_at)
    WHERE begun_at IS NOT NULL AND (id = CAST(:id AS uuid) OR provider_message_id = CAST(:provider_id AS text))
      AND coalesce(reported_at <= :at, true)
    RETURNING channel, address_hash
    """
)

SENT_UNTOLD: Final = text(
    """
    SELECT id, customer_id, channel, purpose, template, subject, body, sent_at FROM messages
    WHERE sent_at IS NOT NULL AND NOT on_timeline ORDER BY sent_at LIMIT :most FOR UPDATE SKIP LOCKED
    """
)

ON_TIMELINE: Final = text("UPDATE messages SET on_timeline = true WHERE id = ANY(CAST(:ids AS uuid[]))")

LAST: Final = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is looked at."""

    id: UUID
    key: str
    customer_id: UUID
    channel: str
    purpose: str
    transactional: bool
    template: str | None
    template_version: int | None
    variables: str
    subject: str | None
    body: str | None
    language: str | None
    address: str | None
    status: str
    reason: str | None
    not_before: datetime | None
    next_attempt_at: datetime | None
    attempts: int
    provider_message_id: str | None
    sent_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt. Without an end it is under way, or its process died: whether it arrived is not known."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that left and is not on its customer's timeline yet."""

    id: UUID
    customer_id: UUID
    channel: str
    purpose: str
    template: str | None
    subject: str | None
    body: str | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says of a message, named by our id or by the provider's."""

    message_id: UUID | None
    provider_message_id: str | None
    status: str
    reason: str | None
    at: datetime


EXISTS: Final = text(
    """
    SELECT EXISTS (SELECT FROM messages WHERE begun_at IS NOT NULL
                   AND (id = CAST(:id AS uuid) OR provider_message_id = CAST(:provider_id AS text)))
    """
)


async def add(connection: AsyncConnection, message_id: UUID, draft: MessageDraft, now: datetime) -> UUID | None:
    """Stores a message with the newest version of its template; None when its key is taken."""
    values = {
        "id": message_id,
        "key": draft.key,
        "customer_id": draft.customer_id,
        "channel": draft.channel,
        "purpose": draft.purpose,
        "transactional": draft.transactional,
        "template": draft.template,
        "variables": orjson.dumps(dict(draft.variables), default=str).decode(),
        "subject": draft.subject,
        "body": draft.body,
        "language": draft.language,
        "address": draft.address,
        "on_timeline": draft.on_timeline,
        "not_before": draft.not_before,
        "now": now,
    }
    return (await connection.execute(ADD, values)).scalar()


async def find(connection: AsyncConnection, message_id: UUID) -> Message | None:
    """One message; None where there is none."""
    row = (await connection.execute(FIND, {"id": message_id})).one_or_none()
    return None if row is None else Message(**row._mapping)


async def page(
    connection: AsyncConnection, family: Sequence[UUID] | None, status: str | None, before: UUID | None, limit: int
) -> list[Message]:
    """Messages, the newest first; of some customers or of all, in one status or in any."""
    values: dict[str, Any] = {"before": before or LAST, "limit": limit}
    values |= {"family": list(family)} if family is not None else {}
    values |= {"status": status} if status is not None else {}
    rows = await connection.execute(PAGES[family is not None, status is not None], values)
    return [Message(**row._mapping) for row in rows]


async def attempts_of(connection: AsyncConnection, message_id: UUID) -> list[AttemptRow]:
    """The attempts of a message, in order."""
    return [AttemptRow(**row._mapping) for row in await connection.execute(ATTEMPTS, {"id": message_id})]


async def note_status(connection: AsyncConnection, report: Report, now: datetime) -> list[tuple[str, bytes | None]]:
    """What a provider says of a message that left; gives the channel and the hash of the address. What it said of a
    later moment stands. Empty where there is no such message, or nothing was changed."""
    values: dict[str, Any] = {"id": report.message_id, "provider_id": report.provider_message_id}
    values |= {"status": report.status, "reason": report.reason, "at": report.at, "now": now}
    return [(row.channel, row.address_hash) for row in await connection.execute(NOTE_STATUS, values)]


async def left(connection: AsyncConnection, report: Report) -> bool:
    """Whether the message that a report is about exists and was tried."""
    values = {"id": report.message_id, "provider_id": report.provider_message_id}
    return bool((await connection.execute(EXISTS, values)).scalar())


async def sent_untold(connection: AsyncConnection, most: int) -> list[Sent]:
    """Messages that left and are on no timeline, locked until the end of the transaction."""
    return [Sent(**row._mapping) for row in await connection.execute(SENT_UNTOLD, {"most": most})]


async def on_timeline(connection: AsyncConnection, ids: Sequence[UUID]) -> None:
    """These are on the timeline now."""
    await connection.execute(ON_TIMELINE, {"ids": list(ids)})
