"""A programme with tiers whose members collect what a test says, without purchases in between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.programs.domain import Program, local_day
from loyalty_service.programs.service import create
from loyalty_service.tiers import schemes
from loyalty_service.tiers.background import sweep
from loyalty_service.tiers.ranking import rank_some
from loyalty_service.tiers.schemas import TiersBody
from loyalty_service.tiers.service import Credit, TierSummary, count, multiplier_of, summary, tier_of
from tests.services.loyalty.support import CONTEXT, Api, Clock, numbers

ROLLING: dict[str, Any] = {
    "qualify_by": "points",
    "window": {"kind": "rolling", "months": 12},
    "downgrade": "re_evaluate",
    "tiers": [{"code": "silver", "at": 100, "multiplier": 1.5}, {"code": "gold", "at": 250, "multiplier": 2}],
}


@dataclass
class Club:
    """A programme, its members and the clock."""

    api: Api
    units: UnitOfWorkFactory
    clock: Clock
    program: Program

    @property
    def path(self) -> str:
        """Where its tiers are."""
        return f"/v1/programs/{self.program.id}/tiers"

    async def put(self, version: int | None = None, **changes: Any) -> httpx.Response:
        """Writes the tiers: silver at 100 points, gold at 250, in twelve rolling months unless it says otherwise."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self.api.put(self.path, ROLLING | changes, headers=headers)

    async def tiers(self, version: int | None = None, **changes: Any) -> None:
        """The same without HTTP."""
        async with self.units(CONTEXT) as unit:
            await schemes.put(unit, self.program.id, version, TiersBody.model_validate(ROLLING | changes).scheme())

    async def collect(self, customer: str, points: int, at: datetime | None = None, **more: Any) -> None:
        """So many points count, now unless it says when; its day is that of the programme."""
        moment = at or self.clock.now
        credit = Credit(
            UUID(customer), more.pop("day", None) or local_day(self.program, moment), moment, points, **more
        )
        await self.credit(credit)

    async def credit(self, *credits: Credit) -> None:
        """Several at once."""
        async with self.units(CONTEXT) as unit:
            await unit.lock_streams({one.customer_id for one in credits})
            await count(unit, self.program, credits)

    async def move_to(self, moment: str) -> None:
        """The clock shows another time (midnight UTC for a day), and the workers have done what was due."""
        self.clock.now = datetime.fromisoformat(moment if "T" in moment else f"{moment}T00:00:00+00:00")
        while await sweep(self.units):
            pass
        while await rank_some(self.units):
            pass

    async def tier(self, customer: str) -> str | None:
        """What the customer is now."""
        async with self.units.reading() as connection:
            return (await tier_of(connection, self.program.id, [UUID(customer)]))[UUID(customer)]

    async def multiplier(self, customer: str) -> Decimal:
        """What earning is multiplied by."""
        async with self.units.reading() as connection:
            return (await multiplier_of(connection, self.program.id, [UUID(customer)]))[UUID(customer)]

    async def standing(self, *family: str) -> TierSummary:
        """Where a family stands, the root first."""
        root, members = UUID(family[0]), tuple(UUID(one) for one in family)
        async with self.units.reading() as connection:
            found = (await summary(connection, self.program.id, {root: members}))[root]
        assert found is not None
        return found

    async def told(self, customer: str) -> list[tuple[str | None, str | None, str]]:
        """What was told of the customer's tier: (from, to, when), and (tier, what it would become, "warned")."""
        found: list[tuple[str | None, str | None, str]] = []
        for event in await self.api.events(customer):
            data = event["data"]
            if event["type"] == "loyalty.tier_changed.v1":
                found.append((data["from_tier"], data["to_tier"], data["occurred_at"]))
            elif event["type"] == "loyalty.tier_downgrade_warned.v1":
                found.append((data["tier"], data["would_become"], "warned"))
        return found


async def club_of(api: Api, units: UnitOfWorkFactory, clock: Clock, **more: Any) -> Club:
    """A new programme without tiers: in UTC and US dollars unless it says otherwise."""
    given = {"timezone": "UTC", "calendar": "gregorian", "currency": "USD"} | more
    program = Program(id=new_id(), code=f"club-{next(numbers)}", name="The club", **given)
    async with units(CONTEXT) as unit:
        await create(unit, program)
    return Club(api, units, clock, program)
