"""Calendars, policies and cases with clocks in a real database, and times as the tests say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWork, UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.calendars.service import create as create_calendar
from interaction_service.calendars.stored import Hours
from interaction_service.sla.background import tell_of_due
from interaction_service.sla.domain import Due, Policy, SlaEvent, SlaSubject
from interaction_service.sla.policies import create as create_policy
from interaction_service.sla.service import case_event, due_of, start
from tests.services.interaction.calendars.hours import at
from tests.services.interaction.sla.stories import policy
from tests.services.interaction.support import CONTEXT

WEEK = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}


class House:
    """A house with opening hours, and the use cases of its clocks."""

    def __init__(self, units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
        self.units, self.engine = units, engine
        self.customers: defaultdict[UUID, UUID] = defaultdict(new_id)

    @asynccontextmanager
    async def unit(self, when: str | None = None) -> AsyncIterator[UnitOfWork]:
        """A transaction at a moment."""
        async with self.units(CONTEXT) as unit:
            if when is not None:
                unit.now = at(when)
            yield unit

    async def opens(self) -> House:
        """Monday to Friday, 9 to 17, in Berlin."""
        async with self.unit() as unit:
            await create_calendar(unit, "office", Hours("Europe/Berlin", WEEK, []))
        return self

    async def promises(self, **changes: Any) -> Policy:
        """A policy's row."""
        async with self.unit() as unit:
            return (await create_policy(unit, policy(id=new_id(), **changes))).policy

    async def case(self, opening: str, customer: UUID | None = None, **asked: Any) -> UUID:
        """A case that opens."""
        subject = SlaSubject(new_id(), customer or new_id(), asked.get("policy"), asked.get("priority", "normal"))
        async with self.unit(opening) as unit:
            await unit.lock_streams([subject.customer_id])
            await start(unit, subject, at(opening))
        self.customers[subject.case_id] = subject.customer_id
        return subject.case_id

    async def then(self, case_id: UUID, event: str, when: str, **changes: Any) -> Due:
        """Something happens to it."""
        async with self.unit(when) as unit:
            await unit.lock_streams([self.customers[case_id]])
            return await case_event(unit, case_id, SlaEvent(event), at(when), **changes)

    async def due(self, case_id: UUID) -> Due:
        """How its promises stand."""
        async with self.units.reading() as connection:
            return (await due_of(connection, [case_id]))[case_id]

    async def worker(self, when: str, meanwhile: Callable[[], Any] | None = None) -> int:
        """The worker passes by once."""
        async with self.unit(when) as unit:
            told = await tell_of_due(unit)
            if meanwhile is not None:
                await meanwhile()
            return told

    async def facts(self) -> list[tuple[str, str, datetime]]:
        """What was told: (fact, target, deadline), in order."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(text("SELECT payload FROM outbox WHERE type LIKE '%.sla_%' ORDER BY seq"))
            events = [orjson.loads(payload) for (payload,) in rows]
        return [
            (one["type"].split(".")[1], one["data"]["target"], datetime.fromisoformat(one["data"]["due_at"]))
            for one in events
        ]


@pytest.fixture
async def house(units: UnitOfWorkFactory, engine: AsyncEngine) -> House:
    """An open house with the policy `standard`: an hour, two hours, a day."""
    opened = await House(units, engine).opens()
    await opened.promises()
    return opened
