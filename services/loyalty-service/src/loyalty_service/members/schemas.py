"""Response bodies of members, and the same as the section of the customer view has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from hamdel.contracts.base import Moment, rfc3339
from hamdel.http import ResponseModel
from loyalty_service.members.domain import Expiring
from loyalty_service.members.repository import StoredEntry
from loyalty_service.members.service import Membership

__all__ = ["EntryResource", "MemberResource", "membership_data"]


class ExpiringPoints(ResponseModel):
    """Points that lapse at a moment."""

    at: Moment
    points: int


class PointsResource(ResponseModel):
    """`available` can be spent (below zero: owed), `pending` will be, `reserved` is set aside for a reward;
    `expiring` tells what of the available points lapses next, soonest first."""

    available: int
    pending: int
    reserved: int
    expiring: list[ExpiringPoints]


class NextTier(ResponseModel):
    """The tier above and how much is `missing` for it, as a decimal string in `unit`: points, visits or a currency."""

    code: str
    missing: str
    unit: str | None


class MembershipResource(ResponseModel):
    """How the customer stands in a programme; `lifetime_points` were ever granted and not taken back."""

    program_id: UUID
    program_code: str
    tier: str | None
    tier_valid_until: Moment | None
    next_tier: NextTier | None
    points: PointsResource
    next_expiring: ExpiringPoints | None
    lifetime_points: int
    enrolled_at: Moment


class MemberResource(ResponseModel):
    """The customer in every programme, the one joined first at the head."""

    customer_id: UUID
    memberships: list[MembershipResource]

    @staticmethod
    def of(customer_id: UUID, memberships: Iterable[Membership]) -> dict[str, Any]:
        """The resource as orjson takes it."""
        return {
            "customer_id": str(customer_id),
            "memberships": [
                membership_data(each) | {"enrolled_at": rfc3339(each.standing.enrolled_at)} for each in memberships
            ],
        }


class EntryResource(ResponseModel):
    """A movement of the ledger: `points` went from the account `debit` to `credit`; `change` is what that made of the
    available points. `actor` is who did it, not told to the customer."""

    id: UUID
    program_id: UUID
    customer_id: UUID
    kind: str
    points: int
    change: int
    debit: str
    credit: str
    reverses: UUID | None
    redemption_id: UUID | None
    purchase_id: UUID | None
    rule_code: str | None
    reward_code: str | None
    reason: str | None
    actor: str | None
    occurred_at: Moment
    recorded_at: Moment
    available_at: Moment | None
    expires_at: Moment | None

    @classmethod
    def of(cls, entry: StoredEntry, *, with_actor: bool) -> Self:
        """The resource of a stored entry."""
        values = {name: getattr(entry, name) for name in StoredEntry.__slots__ if name != "seq"}
        change = entry.points * ((entry.credit == "available") - (entry.debit == "available"))
        return cls(**values | {"change": change, "actor": entry.actor if with_actor else None})


def membership_data(membership: Membership) -> dict[str, Any]:
    """What the resource and the section have in common, as orjson takes it."""
    standing, tier = membership.standing, membership.tier
    expiring = [_expiring(each) for each in standing.expiring]
    return {
        "program_id": str(standing.program_id),
        "program_code": standing.program_code,
        "tier": membership.tier_code,
        "tier_valid_until": rfc3339(tier.valid_until) if tier and tier.valid_until else None,
        "next_tier": _next_tier(membership),
        "points": {
            "available": standing.available,
            "pending": standing.pending,
            "reserved": standing.reserved,
            "expiring": expiring,
        },
        "next_expiring": expiring[0] if expiring else None,
        "lifetime_points": standing.lifetime,
    }


def _next_tier(membership: Membership) -> dict[str, Any] | None:
    tier = membership.tier
    if tier is None or tier.next_tier is None or tier.missing is None:
        return None
    return {"code": tier.next_tier, "missing": format(tier.missing, "f"), "unit": tier.unit}


def _expiring(each: Expiring) -> dict[str, Any]:
    return {"at": rfc3339(each.at), "points": each.points}
