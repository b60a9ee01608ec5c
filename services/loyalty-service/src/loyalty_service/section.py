"""Renders this service's section of the customer view.

It shows the ledger as it is booked: what becomes available or lapses changes it when the sweep books that, so the same
rows give the same bytes. Rewards are those within reach when it was rendered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.contracts.sections import EMPTY
from hamdel.database import Families
from loyalty_service.members.repository import count_entries
from loyalty_service.members.schemas import membership_data
from loyalty_service.members.service import Membership, memberships
from loyalty_service.programs.domain import EARLIEST
from loyalty_service.rewards.summary import Reach, reach

__all__ = ["LoyaltySection"]

NOTHING: Final = orjson.dumps(EMPTY["loyalty"])


class LoyaltySection:
    """The programme joined first is at the top, every one is in `programs`; points are integers."""

    section = "loyalty"
    service = "loyalty"

    async def render(self, connection: AsyncConnection, families: Families) -> dict[UUID, bytes | None]:
        """The section of each family as JSON; one that takes part in nothing gets the empty one."""
        found = await memberships(connection, families, EARLIEST)
        standing = {(root, one.standing.program_id): one for root, each in found.items() for one in each}
        available = {key: one.standing.available for key, one in standing.items()}
        tiers = {key: one.tier_code for key, one in standing.items()}
        reached = await reach(connection, families, available, tiers)
        return {
            root: _document([_program(one, reached[root, one.standing.program_id]) for one in each])
            for root, each in found.items()
        }

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        """Entries of the ledger."""
        return await count_entries(connection, customer_ids)


def _document(programs: Sequence[dict[str, Any]]) -> bytes:
    return orjson.dumps(programs[0] | {"programs": programs}) if programs else NOTHING


def _program(membership: Membership, reached: Reach) -> dict[str, Any]:
    return membership_data(membership) | {
        "rewards": [{"code": each.code, "price_points": each.price_points} for each in reached.rewards],
        "vouchers": [
            {
                "id": str(each.id),
                "reward_code": each.reward_code,
                "last4": each.last4,
                "expires_at": rfc3339(each.expires_at) if each.expires_at else None,
            }
            for each in reached.vouchers
        ],
    }
