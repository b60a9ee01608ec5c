"""Facts of loyalty-service. Points are integers; `available` is the spendable balance after the movement."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from hamdel.contracts.base import Fact, Moment

__all__ = [
    "FACTS",
    "MemberEnrolled",
    "PointsAdjusted",
    "PointsEarned",
    "PointsExpired",
    "PointsRedeemed",
    "PointsReversed",
    "RewardRedeemed",
    "TierChanged",
    "TierDowngradeWarned",
]


class MemberEnrolled(Fact):
    """The customer takes part in the programme from now on."""

    fact_type: ClassVar[str] = "loyalty.member_enrolled.v1"
    customer_id: UUID
    program_id: UUID
    program_code: str
    enrolled_at: Moment


class _Movement(Fact):
    entry_id: UUID
    customer_id: UUID
    program_id: UUID
    program_code: str
    points: int
    available: int
    occurred_at: Moment
    reason: str | None = None


class PointsEarned(_Movement):
    """Points were granted; they can be spent from `available_at` (None = at once) and lapse at `expires_at`."""

    fact_type: ClassVar[str] = "loyalty.points_earned.v1"
    rule_code: str | None = None
    available_at: Moment | None = None
    expires_at: Moment | None = None


class PointsRedeemed(_Movement):
    """Points were spent; `points` is positive."""

    fact_type: ClassVar[str] = "loyalty.points_redeemed.v1"
    redemption_id: UUID
    reward_code: str | None = None


class PointsReversed(_Movement):
    """Points granted before were taken back, as after a refund; `points` is positive, `reverses` the first entry."""

    fact_type: ClassVar[str] = "loyalty.points_reversed.v1"
    reverses: UUID


class PointsExpired(_Movement):
    """Points lapsed; `points` is positive."""

    fact_type: ClassVar[str] = "loyalty.points_expired.v1"


class PointsAdjusted(_Movement):
    """Points were given (positive) or taken (negative) by hand."""

    fact_type: ClassVar[str] = "loyalty.points_adjusted.v1"


class TierChanged(Fact):
    """The member is in another tier; None = in none. `valid_until` is None where the tier has no end."""

    fact_type: ClassVar[str] = "loyalty.tier_changed.v1"
    customer_id: UUID
    program_id: UUID
    program_code: str
    from_tier: str | None = None
    to_tier: str | None = None
    occurred_at: Moment
    valid_until: Moment | None = None


class TierDowngradeWarned(Fact):
    """The member will leave the tier at `valid_until` unless `missing` more are collected until then; `unit` says of
    what: points, visits, or money in the programme's currency (a decimal string in each case). Told once per end."""

    fact_type: ClassVar[str] = "loyalty.tier_downgrade_warned.v1"
    customer_id: UUID
    program_id: UUID
    program_code: str
    tier: str
    would_become: str | None = None
    valid_until: Moment
    missing: str
    unit: str


class RewardRedeemed(Fact):
    """A reward was given out for `points` (told at the capture, beside `points_redeemed`)."""

    fact_type: ClassVar[str] = "loyalty.reward_redeemed.v1"
    redemption_id: UUID
    customer_id: UUID
    program_id: UUID
    program_code: str
    reward_code: str
    reward_kind: str
    points: int
    occurred_at: Moment


FACTS: Final[tuple[type[Fact], ...]] = (
    MemberEnrolled,
    PointsEarned,
    PointsRedeemed,
    PointsReversed,
    PointsExpired,
    PointsAdjusted,
    TierChanged,
    TierDowngradeWarned,
    RewardRedeemed,
)
