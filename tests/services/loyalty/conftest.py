"""A fresh database, a profile-service to ask, the application between them, and a clock that tests move."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine
from hamdel.http import create_app
from loyalty_service.main import definition
from loyalty_service.settings import Settings
from tests.services.loyalty.support import Api, Clock, Deliver, Profile
from tests.support.tokens import Tokens

NO_BROKER = "127.0.0.1:1"


@pytest.fixture
def database(database_for: Callable[[str], str]) -> str:
    """The URL of a fresh database of loyalty-service."""
    return database_for("loyalty")


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """An engine of the tests' own."""
    made = create_engine(DatabaseSettings(url=database, pool_size=10, pool_timeout=10))
    yield made
    await made.dispose()


@pytest.fixture
def units(engine: AsyncEngine) -> UnitOfWorkFactory:
    """Units of work as the service makes them."""
    return UnitOfWorkFactory(engine, "/hamdel/loyalty-service")


@pytest.fixture
def deliver(units: UnitOfWorkFactory) -> Deliver:
    """`await deliver(fact, …)`: facts of the neighbours, through the handlers that the service subscribes with."""
    return Deliver(units)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that units of work and the service's modules see; it stands still unless the test moves it."""
    made = Clock()
    for name, module in list(sys.modules.items()):
        if name.startswith(("loyalty_service", "hamdel.database")) and hasattr(module, "utc_now"):
            monkeypatch.setattr(module, "utc_now", made)
    return made


@pytest.fixture
def profile() -> Profile:
    """What the neighbour knows and how it behaves; a test changes it."""
    return Profile()


@pytest.fixture
async def profile_url(profile: Profile) -> AsyncIterator[str]:
    """Where the neighbour listens."""
    app = web.Application()
    app.router.add_get("/internal/customers/known", profile.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
def settings(database: str, profile_url: str, token: Tokens, tmp_path: Path) -> Settings:
    """The settings of the application of the tests; no broker is there, and writes go on."""
    own_token = tmp_path / "service-token"
    own_token.write_text(token("service"))
    return Settings(
        database_url=database,
        jwks_file=token.keys.jwks,
        kafka_bootstrap=NO_BROKER,
        log_level="ERROR",
        profile_url=profile_url,
        service_token_file=own_token,
    )


@pytest.fixture
async def api(settings: Settings, engine: AsyncEngine, token: Tokens) -> AsyncIterator[Api]:
    """The running application."""
    app = create_app(definition(), settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://loyalty") as client:
            yield Api(client, engine, token)
