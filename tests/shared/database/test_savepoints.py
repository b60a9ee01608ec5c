"""A part of a transaction may fail alone: its rows and its events are gone, the rest is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.context import CallContext
from hamdel.database import DatabaseSettings, UnitOfWork, UnitOfWorkFactory, create_engine
from tests.shared.messaging.world import Counted

A = UUID(int=1)
CONTEXT = CallContext(actor="tester", correlation_id="request-1", source="test")


@pytest.fixture
async def engine(eventing_database: str) -> AsyncIterator[AsyncEngine]:
    """An engine on a database of eventing alone."""
    made = create_engine(DatabaseSettings(url=eventing_database))
    yield made
    await made.dispose()


async def fail(unit: UnitOfWork) -> None:
    """An event, and a row that the database refuses."""
    unit.record(A, Counted(number=2))
    await unit.connection.execute(text("UPDATE event_streams SET shard = NULL"))


async def test_what_failed_alone_leaves_no_event_and_what_went_well_does(engine: AsyncEngine) -> None:
    async with UnitOfWorkFactory(engine, "/hamdel/test-service")(CONTEXT) as unit:
        await unit.lock_streams([A])
        unit.record(A, Counted(number=1))
        with pytest.raises(IntegrityError):
            async with unit.savepoint():
                await fail(unit)
        async with unit.savepoint():
            unit.record(A, Counted(number=3))
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT payload FROM outbox ORDER BY seq"))
        events = [orjson.loads(payload) for (payload,) in rows]
    assert [(int(one["sequence"]), one["data"]["number"]) for one in events] == [(1, 1), (2, 3)]
