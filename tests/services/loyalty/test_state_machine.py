"""Any history of points, lived by the service on its database and by a plain model: they agree after every step.

`HAMDEL_LONG=1` makes it ten times as long.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hamdel.contracts.interaction import PurchaseRecorded
from loyalty_service.members.domain import Standing
from tests.services.loyalty.plain import Plain, PlainHold, PlainPurchase, Terms
from tests.services.loyalty.real import MINUTES, Real
from tests.services.loyalty.support import NOON, Clock

NAMES = "ABC"
LONG = os.environ.get("HAMDEL_LONG") == "1"
HISTORIES = 600 if LONG else 60
STEPS = 50
ENOUGH = 20_000 if LONG else 2_000

names = st.sampled_from(NAMES)
points = st.integers(1, 60)
terms = st.builds(
    Terms,
    dollars=st.sampled_from([1, 3]),
    automatic=st.booleans(),
    pending_days=st.sampled_from([0, 3]),
    months=st.sampled_from([None, 1]),
    negative=st.booleans(),
)
DAYS = (1 / 24, 1, 3, 20, 35)
waits = st.sampled_from([timedelta(days=days) for days in DAYS])


@dataclass
class Bought:
    """A purchase on both sides."""

    real: PurchaseRecorded
    plain: PlainPurchase


@dataclass
class Held:
    """A redemption on both sides."""

    real: UUID
    plain: PlainHold


class LifeOfPoints(RuleBasedStateMachine):
    """Three customers in one programme. Every rule goes through the use case of a route or the handler of a fact."""

    real: ClassVar[Real]
    clock: ClassVar[Clock]
    steps: ClassVar[int] = 0

    @initialize(terms=terms)
    def begin(self, terms: Terms) -> None:
        self.clock.now = NOON
        self.real.begin(terms, NAMES)
        self.plain = Plain(terms, NOON)
        self.purchases: list[Bought] = []
        self.redemptions: list[Held] = []
        self.may_be_negative = terms.negative
        if terms.automatic:
            self.plain.members.update(NAMES)

    @rule(name=names)
    def enrol(self, name: str) -> None:
        """Who is one with a member is one."""
        self.real.enrol(name)
        if not self.plain.family(name):
            self.plain.members.add(name)

    @rule(name=names, dollars=points, days=st.sampled_from([0, 0, 0, 2, 10, 40]))
    def earn(self, name: str, dollars: int, days: int) -> None:
        """A purchase is told, at once or late."""
        at = self.clock.now - timedelta(days=days)
        real = self.real.buy(name, dollars, at=at)
        self.purchases.append(Bought(real, self.plain.buy(name, dollars, at)))

    @rule(at=st.integers(0, 99))
    def replay(self, at: int) -> None:
        """Something told before comes again: nothing changes."""
        self.real.again(at)

    @rule(name=names, dollars=points)
    def quote(self, name: str, dollars: int) -> None:
        """What a purchase would give; nothing changes."""
        takes_part = bool(self.plain.terms.automatic or self.plain.family(name))
        expected = dollars // self.plain.terms.dollars if takes_part else 0
        assert self.real.quote(name, dollars) == expected

    @precondition(lambda self: self.purchases)
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        """Some of what is left of a purchase goes back."""
        bought = data.draw(st.sampled_from(self.purchases))
        left = bought.plain.dollars - bought.plain.refunded
        if left:
            dollars = data.draw(st.integers(1, left))
            self.plain.refund(bought.plain, dollars)
            self.real.refund(bought.real, dollars, bought.plain.refunded)

    @rule(name=names, data=st.data(), capture=st.booleans())
    def redeem(self, name: str, data: st.DataObject, capture: bool) -> None:
        """Points are set aside, or spent at once; hardly more than there are."""
        wanted = data.draw(st.integers(1, max(self.plain.balance(self.plain.family(name)).available, 0) + 3))
        answer = self.real.redeem(name, wanted, capture=capture)
        if not self.plain.family(name):
            assert answer == "not-a-member"
        elif not self.plain.can_spend(name, wanted):
            assert answer == "insufficient-points"
        else:
            hold = self.plain.reserve(name, wanted, self.clock.now + timedelta(minutes=MINUTES))
            if capture:
                self.plain.capture(hold)
            assert isinstance(answer, UUID)
            self.redemptions.append(Held(answer, hold))

    @precondition(lambda self: self.redemptions)
    @rule(data=st.data())
    def capture(self, data: st.DataObject) -> None:
        """What was set aside in time is spent; again changes nothing."""
        held = data.draw(st.sampled_from(self.redemptions))
        late = held.plain.status == "reserved" and held.plain.until <= self.clock.now
        answer = self.real.capture(held.plain.owner, held.real)
        if held.plain.status == "released" or late:
            assert answer == "redemption-released"
        else:
            assert answer is None
            self.plain.capture(held.plain)

    @precondition(lambda self: self.redemptions)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """What was set aside or spent goes back; again changes nothing."""
        held = data.draw(st.sampled_from(self.redemptions))
        assert self.real.release(held.plain.owner, held.real) is None
        if held.plain.status != "released":
            self.plain.release(held.plain)

    @rule(name=names, amount=st.integers(-60, 60).filter(bool), allow_negative=st.booleans())
    def adjust(self, name: str, amount: int, allow_negative: bool) -> None:
        """By hand, by one person or by two."""
        answer = self.real.adjust(name, amount, allow_negative=allow_negative)
        if not self.plain.family(name) and not self.plain.terms.automatic:
            assert answer == "not-a-member"
        elif amount < 0 and not allow_negative and not self.plain.can_spend(name, -amount):
            assert answer == "insufficient-points"
        else:
            assert answer is None
            self.plain.adjust(name, amount)
            self.may_be_negative |= allow_negative

    @rule(survivor=names, absorbed=names)
    def merge(self, survivor: str, absorbed: str) -> None:
        """Two who stand for themselves become one."""
        root = self.plain.root(survivor)
        if absorbed not in self.plain.parents and root != absorbed:
            self.real.merge(root, absorbed)
            self.plain.parents[absorbed] = root

    @precondition(lambda self: self.plain.parents)
    @rule(data=st.data())
    def unmerge(self, data: st.DataObject) -> None:
        """Two again: each has what was born with it."""
        absorbed = data.draw(st.sampled_from(sorted(self.plain.parents)))
        self.real.unmerge(self.plain.parents.pop(absorbed), absorbed)

    @rule(wait=waits)
    def time_passes(self, wait: timedelta) -> None:
        """Points open and lapse, whether or not anybody books it."""
        self.plain.move_to(self.clock.advance(seconds=wait.total_seconds()))

    @rule()
    def the_moment_comes(self) -> None:
        """Time passes until something opens or lapses, and not an instant longer."""
        moment = self.plain.next_moment()
        if moment is not None:
            self.clock.now = moment
            self.plain.move_to(moment)

    @rule()
    def sweep(self) -> None:
        """Somebody books it."""
        self.real.sweep()
        self.plain.sweep()

    @invariant()
    def both_agree(self) -> None:
        type(self).steps += 1
        for name, (together, alone) in self.real.standings().items():
            self._agree(together, self.plain.family(name))
            self._agree(alone, self.plain.members & {name})
        assert self.real.accounts() == 0

    def _agree(self, standing: Standing | None, members: set[str]) -> None:
        if standing is None:
            assert not members
            return
        balance = self.plain.balance(members)
        assert (standing.available, standing.pending) == (balance.available, balance.pending), members
        assert (standing.reserved, standing.lifetime) == (balance.reserved, balance.lifetime), members
        assert [(each.at, each.points) for each in standing.expiring] == balance.expiring[:24], members
        assert standing.available >= 0 or self.may_be_negative

    def teardown(self) -> None:
        if hasattr(self, "plain"):
            assert self.real.differences() == []


@pytest.fixture
def real(database: str, clock: Clock) -> Iterator[Real]:
    """The service, on the clock of the test."""
    made = Real(database, clock)
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.timeout(3600 if LONG else 300)
def test_whatever_happens_the_ledger_is_the_plain_model(
    real: Real, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    class Here(LifeOfPoints):
        """On this database."""

    Here.real, Here.clock = real, clock
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    histories = settings(max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Here, settings=histories)
    with capsys.disabled():
        print(f"\n{Here.steps} steps of {HISTORIES} histories")
    assert Here.steps >= ENOUGH
