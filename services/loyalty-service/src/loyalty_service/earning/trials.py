"""What is only asked: a quote for a purchase, and a dry run of a rule over purchases of the past. Nothing is stored."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.calendar import to_jalali
from hamdel.database import family_of
from loyalty_service.earning.engine import Purchase
from loyalty_service.earning.reckoning import Reckoner, Reckoning
from loyalty_service.earning.repository import purchases as repository
from loyalty_service.earning.rules import Rule, Versions
from loyalty_service.earning.service import know_tiers, reckoner_for
from loyalty_service.ledger.reading import members_at
from loyalty_service.programs.domain import Program, local_day

__all__ = ["Month", "Trial", "quoted", "tried"]

YEAR: Final = timedelta(days=365)


@dataclass(slots=True)
class Month:
    """What a rule would have given in one month."""

    purchases: int = 0
    points: int = 0
    members: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class Trial:
    """What a rule would have given for the purchases of a time, by month of the programme's calendar; `seen` counts
    all purchases of that time in the programme's currency."""

    since: datetime
    until: datetime
    seen: int = 0
    months: defaultdict[str, Month] = field(default_factory=lambda: defaultdict(Month))

    def add(self, program: Program, reckoning: Reckoning) -> None:
        """One more purchase."""
        self.seen += 1
        if reckoning.points:
            month = self.months[month_of(program, reckoning.day)]
            month.purchases += 1
            month.points += reckoning.points
            month.members.add(reckoning.purchase.customer_id)


async def quoted(connection: AsyncConnection, program: Program, purchase: Purchase, now: datetime) -> Reckoning:
    """What a purchase would earn if it were told now; nothing for one that does not count, and for a customer who
    would have to join first."""
    reckoner = await reckoner_for(connection, program, [purchase])
    await know_tiers(connection, reckoner, [purchase.customer_id])
    found = reckoner.reckon(purchase) if await _takes_part(connection, program, purchase.customer_id, now) else None
    if found is None:
        day, tier = local_day(program, purchase.occurred_at), reckoner.tiers.get(purchase.customer_id)
        return Reckoning(purchase, day, (), tier, reckoner.multiplier(purchase.customer_id))
    return found


async def tried(
    connection: AsyncConnection, program: Program, rule: Rule, since: datetime | None, until: datetime
) -> Trial:
    """What the rule would have given alone, with its caps, for purchases of members: each customer as the one they were
    born, in the tier of now. Read in pieces, so that any number of purchases takes little memory."""
    trial = Trial(since or until - YEAR, until)
    reckoner = Reckoner(program, (Versions(rule.code, ((None, rule),)),))
    async for some in repository.hindsight(connection, program, trial.since, until):
        customers = {purchase.customer_id for purchase, _ in some}
        await know_tiers(connection, reckoner, customers)
        for purchase, first in some:
            if not first:
                reckoner.tally.buys(purchase.customer_id)
            reckoning = reckoner.reckon(purchase)
            if reckoning is not None:
                trial.add(program, reckoning)
    return trial


def month_of(program: Program, day: date) -> str:
    """The month of the programme's calendar that a day lies in: `2026-03`, `1404-12`."""
    if program.calendar == "jalali":
        year, month, _ = to_jalali(day)
        return f"{year:04d}-{month:02d}"
    return f"{day:%Y-%m}"


async def _takes_part(connection: AsyncConnection, program: Program, customer_id: UUID, now: datetime) -> bool:
    if program.enrolment == "automatic":
        return True
    return program.id in await members_at(connection, await family_of(connection, customer_id), now)
