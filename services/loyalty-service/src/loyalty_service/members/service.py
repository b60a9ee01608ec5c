"""Use cases of members: how a customer stands, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import CustomerDirectory
from hamdel.database import Families, family_of
from loyalty_service.members import repository
from loyalty_service.members.domain import Standing, together
from loyalty_service.members.repository import StoredEntry
from loyalty_service.tiers.service import TierSummary, summary

__all__ = ["Membership", "memberships", "memberships_of", "page_of_entries"]


@dataclass(frozen=True, slots=True)
class Membership:
    """How a family stands in a programme; `tier` is None where the programme has none at all."""

    standing: Standing
    tier: TierSummary | None

    @property
    def tier_code(self) -> str | None:
        """The tier they are in; None: in none."""
        return self.tier.tier if self.tier else None


async def memberships(
    connection: AsyncConnection, families: Families, at: datetime
) -> dict[UUID, Sequence[Membership]]:
    """How each family stands at a moment, by its root: the programme joined first at the head. Every programme costs
    one more question, however many families there are."""
    held = await repository.holdings(connection, families, at)
    standings = {root: together(holdings) for root, holdings in held.items()}
    programs = {standing.program_id for each in standings.values() for standing in each}
    tiers = {program_id: await _tiers(connection, program_id, standings, families) for program_id in sorted(programs)}
    return {
        root: [Membership(each, tiers[each.program_id].get(root)) for each in standings.get(root, ())]
        for root in families
    }


async def memberships_of(
    connection: AsyncConnection, directory: CustomerDirectory, customer_id: UUID, at: datetime
) -> Sequence[Membership]:
    """How a customer stands at a moment, under whichever id of theirs. Raises NotFound `unknown-customer`."""
    family = await family_of(connection, customer_id)
    found = (await memberships(connection, {customer_id: family}, at))[customer_id]
    if not found:
        await directory.require(connection, customer_id)
    return found


async def page_of_entries(
    connection: AsyncConnection,
    directory: CustomerDirectory,
    customer_id: UUID,
    program_id: UUID | None,
    before: int | None,
    limit: int,
) -> list[StoredEntry]:
    """What happened with the points of a customer, newest first. Raises NotFound `unknown-customer`."""
    family = await family_of(connection, customer_id)
    found = await repository.entries(connection, family, program_id, before, limit)
    if not found and before is None:
        await directory.require(connection, customer_id)
    return found


async def _tiers(
    connection: AsyncConnection, program_id: UUID, standings: Mapping[UUID, Sequence[Standing]], families: Families
) -> Mapping[UUID, TierSummary | None]:
    taking_part = {
        root: families[root] for root, each in standings.items() if any(one.program_id == program_id for one in each)
    }
    return await summary(connection, program_id, taking_part)
