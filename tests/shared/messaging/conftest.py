"""Fixtures of the messaging tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import DatabaseSettings, create_engine
from hamdel.messaging.memory import MemoryBroker
from tests.shared.messaging.consuming import Ledger
from tests.shared.messaging.world import Service


@pytest.fixture
async def engine(eventing_database: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(DatabaseSettings(url=eventing_database, pool_size=12))
    yield made
    await made.dispose()


@pytest.fixture
def service(engine: AsyncEngine) -> Service:
    return Service(engine)


@pytest.fixture
async def ledger(service: Service) -> Ledger:
    await service.execute("CREATE TABLE ledger (id serial PRIMARY KEY, subject uuid, sequence bigint)")
    return Ledger(service)


@pytest.fixture
def memory() -> MemoryBroker:
    return MemoryBroker()
