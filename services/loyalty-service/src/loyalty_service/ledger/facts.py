"""The facts behind entries, as the plain data that the outbox takes (building a model for each would cost more than
storing it)."""

from __future__ import annotations

from typing import Any

from hamdel.contracts.base import utc
from hamdel.contracts.loyalty import (
    MemberEnrolled,
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsRedeemed,
    PointsReversed,
)
from loyalty_service.ledger.domain import Account, Entry, Kind, Member
from loyalty_service.programs.domain import Program

__all__ = ["enrolled", "fact_of"]

TYPES = {
    Kind.EARN: PointsEarned.fact_type,
    Kind.CAPTURE: PointsRedeemed.fact_type,
    Kind.REVERSE: PointsReversed.fact_type,
    Kind.EXPIRE: PointsExpired.fact_type,
    Kind.ADJUST: PointsAdjusted.fact_type,
}
"""Kinds without a fact change nothing that others have to know: they only change the section."""


def enrolled(program: Program, member: Member) -> tuple[str, dict[str, Any]]:
    """The type and the data of `MemberEnrolled`."""
    return MemberEnrolled.fact_type, {
        "customer_id": member.customer_id,
        "program_id": program.id,
        "program_code": program.code,
        "enrolled_at": utc(member.enrolled_at),
    }


def fact_of(program: Program, entry: Entry, available: int) -> tuple[str, dict[str, Any]] | None:
    """The type and the data of an entry's fact; None where the kind has none.

    The reason of an adjustment is what a person typed: it stays in the ledger (decision 0005).
    """
    fact_type = TYPES.get(entry.kind)
    if fact_type is None:
        return None
    data: dict[str, Any] = {
        "entry_id": entry.id,
        "customer_id": entry.customer_id,
        "program_id": program.id,
        "program_code": program.code,
        "points": entry.points,
        "available": available,
        "occurred_at": utc(entry.occurred_at),
        "reason": entry.reason,
    }
    if entry.kind is Kind.EARN:
        data["rule_code"] = entry.rule_code
        data["available_at"] = utc(entry.available_at) if entry.available_at else None
        data["expires_at"] = utc(entry.expires_at) if entry.expires_at else None
    elif entry.kind is Kind.CAPTURE:
        data["redemption_id"] = entry.redemption_id
        data["reward_code"] = entry.reward_code
    elif entry.kind is Kind.REVERSE:
        data["reverses"] = entry.reverses
    elif entry.kind is Kind.ADJUST:
        data["reason"] = None
        data["points"] = entry.points if entry.credit is Account.AVAILABLE else -entry.points
    return fact_type, data
