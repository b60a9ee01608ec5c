"""Members' lives in a few numbers, told to the rules as the service would tell them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from loyalty_service.programs.domain import Program
from loyalty_service.tiers.domain import Days, Scheme, Tier, Window, decided_on
from loyalty_service.tiers.state import State, judged
from loyalty_service.tiers.windows import periods_of

GREGORIAN = Program(id=UUID(int=1), code="club", name="The club", timezone="UTC", calendar="gregorian", currency="USD")
JALALI = replace(GREGORIAN, timezone="Asia/Tehran", calendar="jalali", currency="IRR")

SILVER_GOLD = (Tier("silver", Decimal(100)), Tier("gold", Decimal(250)))


def rolling(months: int = 12, **more: object) -> Scheme:
    """Silver at 100, gold at 250 in the last months."""
    return _scheme(Window("rolling", months), more)


def period(months: int = 12, **more: object) -> Scheme:
    """The same in fixed periods."""
    return _scheme(Window("period", months), more)


def anniversary(months: int = 12, **more: object) -> Scheme:
    """The same in years of membership."""
    return _scheme(Window("anniversary", months), more)


def ever(**more: object) -> Scheme:
    """The same over everything."""
    return _scheme(None, more)


def _scheme(window: Window | None, more: dict[str, object]) -> Scheme:
    plain = Scheme(qualify_by="points", window=window, downgrade="re_evaluate", tiers=SILVER_GOLD)
    return replace(plain, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Got:
    """So much counts for a day; the service hears of it on that day unless it says later."""

    day: str
    amount: str | int
    heard: str = ""

    @property
    def heard_on(self) -> date:
        """When the service hears of it."""
        return date.fromisoformat(self.heard or self.day)


@dataclass(frozen=True)
class Case:
    """A sentence, what happened, and what the member is on a day. `ends` is the first day it is valid no more."""

    says: str
    scheme: Scheme
    happened: tuple[Got, ...]
    on: str
    tier: str | None
    ends: str | None = None
    program: Program = field(default=GREGORIAN)
    enrolled: str | None = None


def lived(case: Case) -> State:
    """The state after the service has heard of everything, and looked at every end as it came."""
    enrolled = date.fromisoformat(case.enrolled) if case.enrolled else None
    scheme, periods = case.scheme, periods_of(case.program, case.scheme.window, enrolled)
    amounts: defaultdict[date, Decimal] = defaultdict(Decimal)
    state = State()

    def look(until: date) -> State:
        at = state
        while (decided := decided_on(scheme, at.held)) is not None and decided <= until:
            at = judged(scheme, periods, Days(amounts.items()), at, decided)
        return judged(scheme, periods, Days(amounts.items()), at, until)

    for heard_on, together in groupby(sorted(case.happened, key=lambda got: got.heard_on), lambda got: got.heard_on):
        state = look(heard_on - timedelta(days=1))
        for got in together:
            amounts[date.fromisoformat(got.day)] += Decimal(got.amount)
        state = look(heard_on)
    return look(date.fromisoformat(case.on))
