"""A fresh database, units of work on it, and the application over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine
from hamdel.http import create_app, generate_key_pair
from profile_service.main import definition
from profile_service.settings import ProfileSettings
from tests.services.profile.support import Api
from tests.support.databases import Databases

NO_BROKER = "127.0.0.1:1"


@pytest.fixture(scope="session")
def key_pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The private key and the public key set of this session."""
    return generate_key_pair(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def database(database_for: Callable[[str], str]) -> str:
    """The URL of a fresh database of profile-service."""
    return database_for("profile")


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """An engine of the tests' own."""
    made = create_engine(DatabaseSettings(url=database, pool_size=20, pool_timeout=10))
    yield made
    await made.dispose()


@pytest.fixture
def units(engine: AsyncEngine) -> UnitOfWorkFactory:
    """Units of work as the service makes them."""
    return UnitOfWorkFactory(engine, "/hamdel/profile-service")


@pytest.fixture
async def api(database: str, engine: AsyncEngine, key_pair: tuple[Path, Path]) -> AsyncIterator[Api]:
    """The running application, called by an admin; no broker is there, and writes go on."""
    async with running(database, key_pair) as app:
        yield Api(app, key_pair[0], engine)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_api(databases: Databases, key_pair: tuple[Path, Path]) -> AsyncIterator[Api]:
    """One application for a whole module of requests that change nothing."""
    url = databases.fresh("profile")
    engine = create_engine(DatabaseSettings(url=url))
    async with running(url, key_pair) as app:
        yield Api(app, key_pair[0], engine)
    await engine.dispose()
    databases.give_back(url)


@asynccontextmanager
async def running(database: str, key_pair: tuple[Path, Path]) -> AsyncIterator[FastAPI]:
    """The application between start and stop."""
    settings = ProfileSettings(database_url=database, jwks_file=key_pair[1], kafka_bootstrap=NO_BROKER)
    app = create_app(definition(), settings)
    async with app.router.lifespan_context(app):
        yield app
