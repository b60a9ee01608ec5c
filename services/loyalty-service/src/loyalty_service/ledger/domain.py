"""What the ledger is made of: accounts, entries between them, lots of points and what was used of them.

Points are positive integers. An entry moves them from the account `debit` to the account `credit`, so the sum over all
accounts is zero at any moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Literal, NamedTuple
from uuid import UUID

__all__ = [
    "OWN",
    "Account",
    "Changes",
    "Entry",
    "Hold",
    "Kind",
    "Lot",
    "Member",
    "Movement",
    "NotEnoughPointsError",
    "RefundPolicy",
    "Reversal",
    "Use",
    "lifetime_change",
    "spending_order",
]

RefundPolicy = Literal["shortfall", "negative"]
"""What happens to points that a refund asks back and nobody has: nothing, or a debt."""

NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Account(StrEnum):
    """Four accounts of the programme and three of each member; a member's are named as the fields of `Member`."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    PENDING = "pending"
    AVAILABLE = "available"
    RESERVED = "reserved"


OWN: Final = frozenset({Account.PENDING, Account.AVAILABLE, Account.RESERVED})


class Kind(StrEnum):
    """What an entry means."""

    EARN = "earn"
    MATURE = "mature"
    RESERVE = "reserve"
    CAPTURE = "capture"
    RELEASE = "release"
    REVERSE = "reverse"
    EXPIRE = "expire"
    ADJUST = "adjust"


class Entry(NamedTuple):
    """One movement. `key` is its business key, unique with the programme and the kind; `occurred_at` is UTC.

    An earning entry carries the dates of its lot. `reverses` is the entry whose points are taken back.
    """

    id: UUID
    customer_id: UUID
    kind: Kind
    debit: Account
    credit: Account
    points: int
    key: str
    occurred_at: datetime
    reverses: UUID | None = None
    redemption_id: UUID | None = None
    purchase_id: UUID | None = None
    rule_code: str | None = None
    reward_code: str | None = None
    reason: str | None = None
    available_at: datetime | None = None
    expires_at: datetime | None = None


class Use(NamedTuple):
    """Points that an entry took from a lot; negative where it gave them back."""

    lot_id: UUID
    entry_id: UUID
    points: int
    redemption_id: UUID | None = None


@dataclass(slots=True)
class Lot:
    """Points that were granted together. Its id is that of the entry that granted them.

    `matured` says on which account the rest lies: available or still pending. `lapsed` counts what expired of it. A lot
    whose `expires_at` comes before its `available_at` never matures.
    """

    id: UUID
    customer_id: UUID
    points: int
    remaining: int
    earned_at: datetime
    available_at: datetime
    expires_at: datetime | None
    matured: bool
    purchase_id: UUID | None = None
    lapsed: int = 0

    def matures(self, now: datetime) -> bool:
        """Whether it is due to become available."""
        return (
            not self.matured
            and self.remaining > 0
            and self.available_at <= now
            and (self.expires_at is None or self.available_at < self.expires_at)
        )

    def lapses(self, now: datetime) -> bool:
        """Whether what is left of it is due to expire: at `expires_at` itself it has lapsed."""
        return self.remaining > 0 and self.expires_at is not None and self.expires_at <= now

    def spendable(self, now: datetime) -> bool:
        """Whether points can be taken from it."""
        return self.matured and self.remaining > 0 and not self.lapses(now)


def spending_order(lot: Lot) -> tuple[datetime, datetime, UUID]:
    """Soonest-expiring first, those that never expire last; then the oldest."""
    return (lot.expires_at or NEVER, lot.earned_at, lot.id)


@dataclass(slots=True)
class Member:
    """The cached sums of one customer in one programme: each account's sum of entries.

    `available` is below zero by exactly `debt`, and a member with a debt has nothing left in matured lots. `lifetime`
    is everything ever earned or given by hand, minus what was taken back after refunds.
    """

    customer_id: UUID
    enrolled_at: datetime
    available: int = 0
    pending: int = 0
    reserved: int = 0
    debt: int = 0
    lifetime: int = 0
    version: int = 1

    def apply(self, entry: Entry) -> None:
        """Adds an entry to the sums."""
        if entry.debit in OWN:
            setattr(self, entry.debit, getattr(self, entry.debit) - entry.points)
        if entry.credit in OWN:
            setattr(self, entry.credit, getattr(self, entry.credit) + entry.points)
        self.lifetime += lifetime_change(entry)


def lifetime_change(entry: Entry) -> int:
    """What an entry adds to `lifetime`."""
    if entry.kind is Kind.EARN or (entry.kind is Kind.ADJUST and entry.credit is Account.AVAILABLE):
        return entry.points
    return -entry.points if entry.kind is Kind.REVERSE else 0


class Hold(NamedTuple):
    """Points of a lot that a redemption holds."""

    lot: Lot
    points: int


class Reversal(NamedTuple):
    """What became of points asked back: `taken` of them, in `entries`; `shortfall` could not be had."""

    entries: list[Entry]
    taken: int
    shortfall: int


class Movement(NamedTuple):
    """An entry not stored yet, the family's available points after it, and in what context it was made."""

    entry: Entry
    available: int
    origin: object


class NotEnoughPointsError(Exception):
    """More points are asked for than are available."""

    def __init__(self, asked: int, available: int) -> None:
        self.asked, self.available = asked, available
        super().__init__(f"{asked} points are asked for and {max(available, 0)} are available")


@dataclass(slots=True)
class Changes:
    """What wallets of one programme did since the last time they were stored."""

    movements: list[Movement] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    born: dict[UUID, Lot] = field(default_factory=dict)
    used: dict[UUID, Lot] = field(default_factory=dict)
    joined: dict[UUID, Member] = field(default_factory=dict)
    moved: dict[UUID, Member] = field(default_factory=dict)
    known: set[tuple[Kind, str]] = field(default_factory=set)
    """Business keys that are taken; they stay."""

    def clear(self) -> None:
        """Everything is stored."""
        for part in (self.movements, self.uses, self.born, self.used, self.joined, self.moved):
            part.clear()
