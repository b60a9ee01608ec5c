"""What the tests of occasions share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWorkFactory
from loyalty_service.earning import management
from loyalty_service.earning.schemas import RuleBody
from loyalty_service.enrolment.service import enrol
from loyalty_service.programs.domain import Program
from tests.services.loyalty.support import CONTEXT


async def ruled(units: UnitOfWorkFactory, program: Program, **more: Any) -> None:
    """The programme gives 100 points for a birthday, unless it says otherwise."""
    body: dict[str, Any] = {"code": "birthday", "kind": "birthday", "points": 100}
    async with units(CONTEXT) as unit:
        await management.create(unit, program.id, RuleBody.model_validate(body | more))


async def joined(units: UnitOfWorkFactory, program: Program, *customers: UUID) -> None:
    """These customers are members."""
    async with units(CONTEXT) as unit:
        await unit.lock_streams(customers)
        await enrol(unit, program, customers)


async def balances(engine: AsyncEngine, customers: Iterable[UUID]) -> list[int]:
    """What each of the customers can spend, over all programmes, in their order; 0 for who is no member."""
    query = "SELECT customer_id, sum(available) FROM members GROUP BY customer_id"
    async with engine.connect() as connection:
        found = {row[0]: int(row[1]) for row in await connection.execute(text(query))}
    return [found.get(one, 0) for one in customers]


async def earned(engine: AsyncEngine) -> list[tuple[str, int, str]]:
    """Every grant: rule, points, when it happened (UTC), in order."""
    query = "SELECT rule_code, points, occurred_at FROM entries WHERE kind = 'earn' ORDER BY seq"
    async with engine.connect() as connection:
        rows = await connection.execute(text(query))
        return [(row.rule_code, row.points, f"{row.occurred_at:%Y-%m-%d %H:%M}") for row in rows]
