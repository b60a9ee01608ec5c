"""What the tests of enrolment share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.profile import CustomerCreated
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import create
from tests.services.loyalty.support import CONTEXT

PREFIX = "627353"


async def made(units: UnitOfWorkFactory, **more: Any) -> Program:
    """A programme that is there."""
    values: dict[str, Any] = {
        "id": new_id(),
        "code": f"club-{new_id()}",
        "name": "The club",
        "timezone": "UTC",
        "calendar": "gregorian",
        "currency": "USD",
    }
    async with units(CONTEXT) as unit:
        return (await create(unit, Program(**values | more))).program


def born(customer_id: UUID) -> CustomerCreated:
    """The fact of a new customer."""
    return CustomerCreated(customer_id=customer_id, kind="person", version=1)


async def known(engine: AsyncEngine, count: int) -> list[UUID]:
    """Customers whom the service knows, in order of their ids."""
    ids = sorted(new_id() for _ in range(count))
    async with engine.begin() as connection:
        query = "INSERT INTO known_customers SELECT id, now() FROM unnest(CAST(:ids AS uuid[])) AS t(id)"
        await connection.execute(text(query), {"ids": ids})
    return ids


async def members(engine: AsyncEngine, program: Program) -> set[UUID]:
    """Who takes part."""
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT customer_id FROM members WHERE program_id = :id"), {"id": program.id}
        )
        return set(rows.scalars())


async def cards(engine: AsyncEngine) -> Sequence[Any]:
    """Every card, oldest first."""
    async with engine.connect() as connection:
        return (await connection.execute(text("SELECT * FROM cards ORDER BY id"))).all()
