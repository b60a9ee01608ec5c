"""Programmes of the tests of tiers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWorkFactory
from tests.services.loyalty.support import Api, Clock
from tests.services.loyalty.tiers.support import Club, club_of
from tests.support.tokens import Tokens


@pytest.fixture
async def quiet(engine: AsyncEngine, token: Tokens) -> AsyncIterator[Api]:
    """The database alone: no application runs, so nothing happens that the test does not do."""
    async with httpx.AsyncClient() as nobody:
        yield Api(nobody, engine, token)


@pytest.fixture
async def club(clock: Clock, quiet: Api, units: UnitOfWorkFactory) -> Club:
    """A programme in UTC and US dollars; it has no tiers yet."""
    return await club_of(quiet, units, clock)


@pytest.fixture
async def served(clock: Clock, api: Api, units: UnitOfWorkFactory) -> Club:
    """The same with the application around it."""
    return await club_of(api, units, clock)
