"""Use cases of interactions: recording one or a thousand, and reading one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.contracts.interaction import InteractionRecorded
from hamdel.http.problem import NotFound
from interaction_service.interactions import repository
from interaction_service.interactions.domain import Interaction
from interaction_service.recording.domain import Existing, Key

__all__ = ["InteractionStore", "interaction_of"]


class InteractionStore:
    """How interactions are kept and told. Subject, body and attributes stay out of the fact."""

    fact_type = InteractionRecorded.fact_type

    async def insert(self, connection: AsyncConnection, records: Sequence[Interaction]) -> set[UUID]:
        """See `recording.service.Store`."""
        return await repository.insert(connection, records)

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


async def interaction_of(connection: AsyncConnection, interaction_id: UUID) -> Interaction:
    """The interaction. Raises NotFound `unknown-interaction`."""
    found = await repository.by_ids(connection, [interaction_id])
    if interaction_id not in found:
        raise NotFound("unknown-interaction", "there is no such interaction")
    return found[interaction_id]
