"""Books on a database, at a time the test chooses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.ledger.domain import Lot, Member
from loyalty_service.ledger.service import Book, Wallet, lock_families, open_book
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import create
from tests.services.loyalty.ledger.wallets import START
from tests.services.loyalty.support import CONTEXT, numbers


async def new_program(units: UnitOfWorkFactory) -> Program:
    """A stored programme."""
    code = f"ledger-{next(numbers)}"
    program = Program(id=new_id(), code=code, name=code, timezone="UTC", calendar="gregorian", currency="USD")
    async with units(CONTEXT) as unit:
        await create(unit, program)
    return program


@asynccontextmanager
async def opened(
    units: UnitOfWorkFactory, program: Program, *customers: UUID, now: datetime = START, **options: Any
) -> AsyncIterator[Book]:
    """A book of these customers, saved and committed at the end."""
    async with units(CONTEXT) as unit:
        unit.now = now
        await lock_families(unit, customers)
        book = await open_book(unit, program, customers, **options)
        yield book
        await book.save()


@asynccontextmanager
async def wallet_of(
    units: UnitOfWorkFactory, program: Program, customer: UUID, now: datetime = START, **options: Any
) -> AsyncIterator[Wallet]:
    """The wallet of a member, saved and committed at the end."""
    async with opened(units, program, customer, now=now, **options) as book:
        wallet = book.wallet(customer)
        assert wallet is not None
        yield wallet


async def granted(
    units: UnitOfWorkFactory, program: Program, customer: UUID, *lots: tuple[int, datetime | None, datetime | None]
) -> None:
    """Lots of points, each with the day it becomes available and the day it lapses; the customer is enrolled."""
    async with wallet_of(units, program, customer, enrol=True) as wallet:
        for points, available_at, expires_at in lots:
            wallet.earn(customer, points, at=START, available_at=available_at, expires_at=expires_at, key=str(new_id()))


async def stored(engine: AsyncEngine, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows of the database."""
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query), values)]


async def executed(engine: AsyncEngine, statement: str, **values: Any) -> None:
    """Changes the database behind the service's back."""
    async with engine.begin() as connection:
        await connection.execute(text(statement), values)


def state_of(wallet: Wallet) -> tuple[list[Member], list[Lot]]:
    """What has to be the same after it was stored and read again; versions count the times."""
    members = sorted(wallet.members.values(), key=lambda one: one.customer_id)
    lots: Sequence[Lot] = [lot for lot in wallet.lots.values() if lot.remaining]
    return members, sorted(lots, key=lambda lot: lot.id)
