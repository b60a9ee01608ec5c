"""The queue: claiming what is due, taking down that an attempt begins and how it ended, counting for the caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.delivery.domain import Outcome

__all__ = [
    "Attempt",
    "Claimed",
    "Leaving",
    "Standing",
    "begin",
    "claim",
    "earlier",
    "end",
    "next_due",
    "prune",
    "settle",
    "standing",
    "take_turn",
]

# Due are new messages, those whose time has come, and those of a worker that died: their lease is over. Materialized,
# because a join may read a sub-select again and again, and SKIP LOCKED gives it other rows each time.
CLAIM: Final = text(
    """
    WITH due AS MATERIALIZED (
        SELECT id FROM messages WHERE channel = :channel AND next_attempt_at <= :now
        ORDER BY transactional DESC, next_attempt_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
    UPDATE messages AS m SET claim = :claim, next_attempt_at = :until FROM due WHERE m.id = due.id
    RETURNING m.id, m.customer_id, m.channel, m.purpose, m.transactional, m.template_id, m.template,
              m.template_version, CAST(m.variables AS text) AS variables, m.subject, m.body, m.language, m.address,
              m.attempts, m.created_at
    """
)

NEXT_DUE: Final = text("SELECT min(next_attempt_at) FROM messages WHERE channel = :channel AND next_attempt_at > :now")

TAKE_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")

SUPPRESSED: Final = """
    EXISTS (SELECT FROM suppressed_addresses AS s WHERE s.channel = m.channel AND s.address_hash = :address_hash)
"""

# What profile-service was told before it was asked is in its answer already.
UNSUBSCRIBED: Final = """
    (NOT m.transactional AND EXISTS (
        SELECT FROM unsubscriptions AS u
        WHERE u.customer_id = ANY(CAST(:family AS uuid[])) AND u.purpose = m.purpose AND u.channel = m.channel
          AND (u.told_at IS NULL OR u.told_at > :asked_at)))
"""

STANDING: Final = text(
    f"""
    SELECT coalesce(m.claim = :claim, false) AS own, {SUPPRESSED} AS suppressed, {UNSUBSCRIBED} AS unsubscribed
    FROM messages AS m WHERE m.id = :id
    """  # noqa: S608
)

EARLIER: Final = text(
    """
    SELECT begun_at FROM messages
    WHERE customer_id = ANY(CAST(:family AS uuid[])) AND channel = :channel AND purpose = :purpose
      AND NOT transactional AND begun_at > :since AND id <> :id
      AND status IN ('sending', 'sent', 'delivered', 'bounced')
    ORDER BY begun_at DESC LIMIT 1000
    """
)

BEGIN: Final = text(
    f"""
    WITH mine AS (
        UPDATE messages AS m
        SET status = 'sending', reason = NULL, attempts = attempts + 1, begun_at = :now, next_attempt_at = :until,
            address_hash = :address_hash, updated_at = :now
        WHERE id = :id AND claim = :claim AND NOT {SUPPRESSED} AND NOT {UNSUBSCRIBED}
        RETURNING id, attempts
    )
    INSERT INTO delivery_attempts (message_id, number, started_at) SELECT id, attempts, :now FROM mine
    RETURNING number
    """  # noqa: S608
)

END: Final = text(
    """
    WITH ended AS (
        UPDATE delivery_attempts SET finished_at = :now, outcome = :status, reason = :reason
        WHERE message_id = :id AND number = :number
    )
    UPDATE messages
    SET status = :status, reason = :reason, next_attempt_at = :again_at, claim = NULL,
        provider_message_id = coalesce(CAST(:provider_id AS text), provider_message_id),
        sent_at = CASE WHEN :status = 'sent' THEN :now ELSE sent_at END, updated_at = :now
    WHERE id = :id AND claim = :claim
    """
)

SETTLE: Final = text(
    """
    UPDATE messages AS m
    SET status = t.status, reason = t.reason, next_attempt_at = t.again_at, claim = NULL, updated_at = :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:reasons AS text[]),
                CAST(:agains AS timestamptz[])) AS t(id, status, reason, again_at)
    WHERE m.id = t.id AND m.claim = :claim
    """
)

PRUNE: Final = text(
    """
    DELETE FROM messages WHERE id IN (
        SELECT id FROM messages WHERE next_attempt_at IS NULL AND created_at < :before ORDER BY id LIMIT :most)
    """
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process has for the length of its lease."""

    id: UUID
    customer_id: UUID
    channel: str
    purpose: str
    transactional: bool
    template_id: UUID | None
    template: str | None
    template_version: int | None
    variables: dict[str, Any]
    subject: str | None
    body: str | None
    language: str | None
    address: str | None
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Leaving:
    """A claimed message that may leave to an address. `family` is everybody who is one with its customer, `asked_at`
    when consent was asked for."""

    claim: UUID
    message: Claimed
    address_hash: bytes
    family: Sequence[UUID]
    asked_at: datetime

    def values(self) -> dict[str, Any]:
        """As parameters."""
        return {
            "claim": self.claim,
            "id": self.message.id,
            "address_hash": self.address_hash,
            "family": list(self.family),
            "asked_at": self.asked_at,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """How things are with a message just before it leaves. `own`: the claim still is."""

    own: bool
    suppressed: bool
    unsubscribed: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that is taken down as begun; it ends with an outcome, or with the process."""

    claim: UUID
    message_id: UUID
    number: int


async def claim(
    connection: AsyncConnection, channel: str, claim_id: UUID, now: datetime, lease: timedelta, most: int
) -> list[Claimed]:
    """Takes due messages of a channel for the length of a lease; those that others are taking are passed over."""
    values = {"channel": channel, "claim": claim_id, "now": now, "until": now + lease, "most": most}
    rows = await connection.execute(CLAIM, values)
    return sorted((_claimed(row) for row in rows), key=lambda each: (not each.transactional, each.created_at, each.id))


async def next_due(connection: AsyncConnection, channel: str, now: datetime) -> datetime | None:
    """When the next message of a channel is due; None where nothing waits."""
    due: datetime | None = (await connection.execute(NEXT_DUE, {"channel": channel, "now": now})).scalar()
    return due


async def take_turn(connection: AsyncConnection, name: str) -> None:
    """Waits for others that count under the same name, until the end of the transaction."""
    await connection.execute(TAKE_TURN, {"name": name})


async def standing(connection: AsyncConnection, leaving: Leaving) -> Standing:
    """Why a message may not leave after all."""
    row = (await connection.execute(STANDING, leaving.values())).one_or_none()
    return Standing(False, False, False) if row is None else Standing(row.own, row.suppressed, row.unsubscribed)


async def earlier(connection: AsyncConnection, leaving: Leaving, since: datetime) -> list[datetime]:
    """When others of the message's kind left, to the same customer, after a moment; newest first."""
    message = leaving.message
    values = {"channel": message.channel, "purpose": message.purpose, "since": since}
    return list((await connection.execute(EARLIER, leaving.values() | values)).scalars())


async def begin(connection: AsyncConnection, leaving: Leaving, now: datetime, lease: timedelta) -> Attempt | None:
    """Takes down that an attempt begins; to be committed before anything leaves. None where it must not leave, or the
    claim is lost: see `standing`."""
    number = (await connection.execute(BEGIN, leaving.values() | {"now": now, "until": now + lease})).scalar()
    return None if number is None else Attempt(leaving.claim, leaving.message.id, number)


async def end(connection: AsyncConnection, attempt: Attempt, outcome: Outcome, now: datetime) -> None:
    """Takes down how an attempt ended, and what became of its message if the claim still holds."""
    values = {"id": attempt.message_id, "number": attempt.number, "claim": attempt.claim, "now": now}
    values |= {"status": outcome.status, "reason": outcome.reason, "again_at": outcome.again_at}
    await connection.execute(END, values | {"provider_id": outcome.provider_id})


async def settle(
    connection: AsyncConnection, claim_id: UUID, outcomes: Sequence[tuple[UUID, Outcome]], now: datetime
) -> None:
    """What became of claimed messages; those whose claim was lost meanwhile are left alone."""
    if outcomes:
        values = {
            "claim": claim_id,
            "now": now,
            "ids": [message_id for message_id, _ in outcomes],
            "statuses": [outcome.status for _, outcome in outcomes],
            "reasons": [outcome.reason for _, outcome in outcomes],
            "agains": [outcome.again_at for _, outcome in outcomes],
        }
        await connection.execute(SETTLE, values)


async def prune(connection: AsyncConnection, before: datetime, most: int) -> int:
    """Deletes messages that have an end and are older than a moment, with their attempts; gives how many."""
    return (await connection.execute(PRUNE, {"before": before, "most": most})).rowcount


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(**(dict(row._mapping) | {"variables": orjson.loads(row.variables)}))
