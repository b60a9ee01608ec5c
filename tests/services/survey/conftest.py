"""A fresh database, a profile-service to ask, and the application between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine
from tests.services.survey.support import Api, Profile
from tests.support.apps import application
from tests.support.tokens import Tokens

NO_BROKER = "127.0.0.1:1"


@pytest.fixture
def database(database_for: Callable[[str], str]) -> str:
    """The URL of a fresh database of survey-service."""
    return database_for("survey")


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """An engine of the tests' own."""
    made = create_engine(DatabaseSettings(url=database, pool_size=10, pool_timeout=10))
    yield made
    await made.dispose()


@pytest.fixture
def units(engine: AsyncEngine) -> UnitOfWorkFactory:
    """Units of work as the service makes them."""
    return UnitOfWorkFactory(engine, "/hamdel/survey-service")


@pytest.fixture
def profile() -> Profile:
    """What the neighbour knows and how it behaves; a test changes it."""
    return Profile()


@pytest.fixture
async def profile_url(profile: Profile) -> AsyncIterator[str]:
    """Where the neighbour listens."""
    app = web.Application()
    app.router.add_get("/internal/customers/known", profile.answer)
    app.router.add_post("/internal/customers/contacts", profile.contacts)
    app.router.add_post("/internal/customers/attributes", profile.named_attributes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
async def api(
    database: str,
    engine: AsyncEngine,
    units: UnitOfWorkFactory,
    profile_url: str,
    token: Tokens,
    tmp_path: Path,
) -> AsyncIterator[Api]:
    """The running application; no broker is there, and writes go on."""
    own_token = tmp_path / "service-token"
    own_token.write_text(token("service"))
    app = application(
        "survey",
        {
            "database_url": database,
            "jwks_file": token.keys.jwks,
            "kafka_bootstrap": NO_BROKER,
            "log_level": "ERROR",
            "profile_url": profile_url,
            "service_token_file": own_token,
        },
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://survey") as client:
            yield Api(client, engine, units, token)
