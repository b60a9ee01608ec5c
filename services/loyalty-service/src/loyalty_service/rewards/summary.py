"""What the section of the customer view shows of rewards: what is within reach, and the vouchers still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import Families
from loyalty_service.rewards import repository
from loyalty_service.vouchers import repository as vouchers

__all__ = ["MOST", "InReach", "Membership", "OpenVoucher", "Reach", "reach"]

MOST: Final = 5

Membership = tuple[UUID, UUID]
"""The root of a family, and a programme."""


@dataclass(frozen=True, slots=True)
class InReach:
    """A reward that the points are enough for."""

    code: str
    price_points: int


@dataclass(frozen=True, slots=True)
class OpenVoucher:
    """A code that was given out and not used; the code itself is not kept. `expires_at` None = never."""

    id: UUID
    reward_code: str
    last4: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reach:
    """At most five rewards, the dearest first, and the open vouchers, the oldest first."""

    rewards: tuple[InReach, ...] = ()
    vouchers: tuple[OpenVoucher, ...] = field(default=())


async def reach(
    connection: AsyncConnection,
    families: Families,
    available: Mapping[Membership, int],
    tiers: Mapping[Membership, str | None],
) -> dict[Membership, Reach]:
    """For each key of `available` (points to spend of a family in a programme), what is within reach there. Stock and
    validity are those of now; limits per member are not looked at. `tiers`: the family's tier, missing = none."""
    offers = await repository.on_offer(connection, {program_id for _, program_id in available})
    issued = await vouchers.open_of(connection, [one for root, _ in available for one in families[root]])
    return {
        (root, program_id): Reach(
            rewards=tuple(
                InReach(offer.code, offer.price_points)
                for offer in offers.get(program_id, ())
                if offer.price_points <= points and (not offer.tiers or tiers.get((root, program_id)) in offer.tiers)
            )[:MOST],
            vouchers=tuple(
                OpenVoucher(each.id, each.reward_code, each.last4, each.expires_at)
                for one in families[root]
                for each in issued.get((one, program_id), ())
            ),
        )
        for (root, program_id), points in available.items()
    }
