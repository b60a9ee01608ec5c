"""The rules of the ledger once more, as plainly as they can be written: what the state machine holds the service
against. Nothing of the service is imported here; customers are names, moments are moments, everything is in lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Terms:
    """The programme: a point for every `dollars`, waiting `pending_days`, good for `months`; `negative`: a refund of
    points that were spent makes a debt; `automatic`: whoever buys takes part."""

    dollars: int
    automatic: bool
    pending_days: int
    months: int | None
    negative: bool


@dataclass
class PlainLot:
    """Points that came together."""

    owner: str
    number: int
    left: int
    earned: datetime
    opens: datetime
    closes: datetime
    open: bool = False
    lapsed: int = 0

    @property
    def order(self) -> tuple[datetime, datetime, int]:
        """Soonest to lapse first, then the oldest."""
        return (self.closes, self.earned, self.number)


@dataclass
class PlainPurchase:
    """What a purchase gave, and what was asked back of it."""

    owner: str
    dollars: int
    lot: PlainLot | None
    earned: int
    refunded: int = 0
    asked_back: int = 0


@dataclass
class PlainHold:
    """Points set aside for a reward, lot by lot."""

    owner: str
    parts: list[tuple[PlainLot, int]]
    until: datetime
    status: str = "reserved"


@dataclass
class Balance:
    """What one family has."""

    available: int
    pending: int
    reserved: int
    lifetime: int
    expiring: list[tuple[datetime, int]]


@dataclass
class Plain:
    """Everybody's points."""

    terms: Terms
    now: datetime
    members: set[str] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    lots: list[PlainLot] = field(default_factory=list)
    debts: dict[str, int] = field(default_factory=dict)
    lifetimes: dict[str, int] = field(default_factory=dict)
    holds: list[PlainHold] = field(default_factory=list)
    purchases: list[PlainPurchase] = field(default_factory=list)

    def root(self, name: str) -> str:
        """Who shows this customer."""
        while name in self.parents:
            name = self.parents[name]
        return name

    def family(self, name: str) -> set[str]:
        """The members who are one with this customer."""
        return {one for one in self.members if self.root(one) == self.root(name)}

    def first(self, name: str) -> str:
        """The first member of a family: whoever shows it, else the least."""
        family = self.family(name)
        return self.root(name) if self.root(name) in family else min(family)

    def balance(self, family: Collection[str]) -> Balance:
        """What these members have together."""
        mine = [lot for lot in self.lots if lot.owner in family and lot.left]
        sums: dict[datetime, int] = {}
        for lot in mine:
            if lot.open and lot.closes < NEVER:
                sums[lot.closes] = sums.get(lot.closes, 0) + lot.left
        return Balance(
            available=sum(lot.left for lot in mine if lot.open) - sum(self.debts.get(one, 0) for one in family),
            pending=sum(lot.left for lot in mine if not lot.open),
            reserved=sum(
                points
                for hold in self.holds
                if hold.status == "reserved"
                for lot, points in hold.parts
                if lot.owner in family
            ),
            lifetime=sum(self.lifetimes.get(one, 0) for one in family),
            expiring=sorted(sums.items()),
        )

    def next_moment(self) -> datetime | None:
        """When something opens, lapses or is over next."""
        moments = [moment for lot in self.lots if lot.left for moment in (lot.opens, lot.closes)]
        moments += [hold.until for hold in self.holds if hold.status == "reserved"]
        return min((moment for moment in moments if self.now < moment < NEVER), default=None)

    def move_to(self, now: datetime) -> None:
        """Time passes: in its order, everything opens and lapses."""
        self.now = now
        for lot in sorted(self.lots, key=lambda lot: (lot.opens, lot.number)):
            if not lot.open and lot.left and lot.opens <= now and lot.opens < lot.closes:
                lot.open = True
                self._pay_debt(lot)
        for lot in self.lots:
            if lot.closes <= now:
                lot.lapsed += lot.left
                lot.left = 0

    def buy(self, name: str, dollars: int, at: datetime) -> PlainPurchase:
        """Points for every full so many dollars, where the buyer or somebody who is one with them takes part."""
        lot, earned = None, 0
        if self.terms.automatic:
            self.members.add(name)
        if self.family(name):
            earned = dollars // self.terms.dollars
        if earned:
            self.members.add(name)
            opens = at + timedelta(days=self.terms.pending_days)
            lot = self._give(name, earned, at, opens, self._closes(at))
        self.purchases.append(PlainPurchase(name, dollars, lot, earned))
        self.move_to(self.now)
        return self.purchases[-1]

    def refund(self, purchase: PlainPurchase, dollars: int) -> None:
        """So many dollars go back, and what they gave: from the purchase's own points, then from the buyer's, then
        from the family's. What lapsed of the purchase's points counts as given back."""
        purchase.refunded += dollars
        if purchase.lot is None:
            return
        kept = purchase.earned * (purchase.dollars - purchase.refunded) // purchase.dollars
        back = purchase.earned - kept - purchase.lot.lapsed - purchase.asked_back
        if back <= 0:
            return
        purchase.asked_back += back
        taken = self._draw([purchase.lot], back)
        taken += self._draw(self._spendable(purchase.owner), back - sum(points for _, points in taken))
        missing = back - sum(points for _, points in taken)
        for lot, points in taken:
            self._less(lot.owner, points)
        if missing and self.terms.negative:
            self.debts[purchase.owner] = self.debts.get(purchase.owner, 0) + missing
            self._less(purchase.owner, missing)

    def can_spend(self, name: str, points: int) -> bool:
        """Whether the family has so many."""
        return points <= self.balance(self.family(name)).available

    def reserve(self, name: str, points: int, until: datetime) -> PlainHold:
        """Sets points aside; one who takes no part spends as the first of those who do."""
        spender = name if name in self.members else self.first(name)
        self.holds.append(PlainHold(spender, self._draw(self._spendable(spender), points), until))
        return self.holds[-1]

    def capture(self, hold: PlainHold) -> None:
        """They are gone."""
        hold.status = "captured"

    def release(self, hold: PlainHold) -> None:
        """They go back to where they came from, and lapse there if their time is over."""
        hold.status = "released"
        for lot, points in hold.parts:
            lot.left += points
            self._pay_debt(lot)
        self.move_to(self.now)

    def adjust(self, name: str, points: int) -> None:
        """Points by hand, either way; the caller has asked whether there are enough."""
        self.members.add(name)
        if points > 0:
            self._give(name, points, self.now, self.now, self._closes(self.now))
            return
        missing = -points - sum(taken for _, taken in self._draw(self._spendable(name), -points))
        self.debts[name] = self.debts.get(name, 0) + missing

    def _closes(self, at: datetime) -> datetime:
        return at + relativedelta(months=self.terms.months) if self.terms.months else NEVER

    def _give(self, name: str, points: int, at: datetime, opens: datetime, closes: datetime) -> PlainLot:
        lot = PlainLot(name, len(self.lots), points, at, opens, closes, open=opens <= self.now)
        self.lots.append(lot)
        self.lifetimes[name] = self.lifetimes.get(name, 0) + points
        if lot.open:
            self._pay_debt(lot)
        return lot

    def sweep(self) -> None:
        """Whatever was set aside for too long goes back."""
        for hold in self.holds:
            if hold.status == "reserved" and hold.until <= self.now:
                self.release(hold)

    def _less(self, name: str, points: int) -> None:
        self.lifetimes[name] -= points

    def _pay_debt(self, lot: PlainLot) -> None:
        paid = min(self.debts.get(lot.owner, 0), lot.left)
        if paid:
            lot.left -= paid
            self.debts[lot.owner] -= paid

    def _spendable(self, name: str) -> list[PlainLot]:
        family = self.family(name)
        theirs = [lot for lot in self.lots if lot.owner in family and lot.open]
        return sorted(theirs, key=lambda lot: (lot.owner != name, *lot.order))

    def _draw(self, lots: Iterable[PlainLot], points: int) -> list[tuple[PlainLot, int]]:
        parts = []
        for lot in lots:
            taken = min(lot.left, points)
            if taken > 0:
                lot.left -= taken
                points -= taken
                parts.append((lot, taken))
        return parts
