"""Use cases of interactions: recording one or a thousand, and reading one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.contracts.interaction import InteractionRecorded
from hamdel.database import UnitOfWork
from hamdel.http.problem import NotFound
from interaction_service.conversations.domain import ContactKey, Conversation, Incoming
from interaction_service.conversations.joining import join, place_in
from interaction_service.interactions import repository
from interaction_service.interactions.domain import Interaction
from interaction_service.recording.domain import Existing, Key

__all__ = ["InteractionStore", "interaction_of", "record_in"]


class InteractionStore:
    """How interactions are kept and told. Subject, body and attributes stay out of the fact."""

    fact_type = InteractionRecorded.fact_type

    async def insert(self, connection: AsyncConnection, records: Sequence[Interaction]) -> set[UUID]:
        """See `recording.service.Store`. Messages that name their contact join its conversation, after the insert: a
        duplicate must not take a place."""
        created = await repository.insert(connection, records)
        messages = [_incoming(record) for record in records if record.contact is not None and record.id in created]
        if messages:
            await join(connection, messages)
        return created

    async def owners(self, connection: AsyncConnection, keys: Sequence[Key]) -> Mapping[Key, Existing]:
        """See `recording.service.Store`."""
        return await repository.owners(connection, keys)

    def fact(self, record: Interaction) -> dict[str, Any]:
        """The data of `InteractionRecorded`; a test compares it with the contract's own dump."""
        return {
            "interaction_id": str(record.id),
            "customer_id": str(record.customer_id),
            "channel": record.channel,
            "direction": record.direction,
            "kind": record.kind,
            "occurred_at": rfc3339(record.occurred_at),
            "source": record.source,
            "external_id": record.external_id,
            "agent_id": record.agent_id,
            "duration_seconds": record.duration_seconds,
            "outcome": record.outcome,
        }


async def record_in(unit: UnitOfWork, conversation: Conversation | None, record: Interaction) -> None:
    """Records one touchpoint of a customer whose stream is locked: at the end of a locked conversation, or of none."""
    await repository.insert(unit.connection, [record])
    if conversation is not None:
        await place_in(unit.connection, conversation, record.id, record.recorded_at)
    fact = InteractionStore().fact(record)
    unit.record_data(record.customer_id, InteractionStore.fact_type, fact, occurred_at=record.occurred_at)


async def interaction_of(connection: AsyncConnection, interaction_id: UUID) -> Interaction:
    """The interaction. Raises NotFound `unknown-interaction`."""
    found = await repository.by_ids(connection, [interaction_id])
    if interaction_id not in found:
        raise NotFound("unknown-interaction", "there is no such interaction")
    return found[interaction_id]


def _incoming(record: Interaction) -> Incoming:
    assert record.contact is not None
    return Incoming(record.id, ContactKey(record.channel, record.contact, record.customer_id), record.recorded_at)
