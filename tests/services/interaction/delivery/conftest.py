"""The queue in a fresh database, without the rest of the service around it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWorkFactory
from hamdel.http import Services
from tests.services.interaction.delivery.support import People, Postbox, Queue, listening, serving


@pytest.fixture(autouse=True)
def nothing_behind_the_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's own workers would take the messages that a test is about."""

    async def idle(services: Services) -> None:
        return None

    for job in ("deliver_messages", "follow_messages", "prune_messages"):
        monkeypatch.setattr(f"interaction_service.main.{job}", idle)


@pytest.fixture
def people() -> People:
    """Who may be written to; a test fills it."""
    return People()


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    """A listening SMTP server."""
    async with listening(Postbox()) as made:
        yield made


@pytest.fixture
async def mail_queue(
    database: str, engine: AsyncEngine, units: UnitOfWorkFactory, people: People, postbox: Postbox
) -> AsyncIterator[Queue]:
    """The queue between the two; nothing runs in the background."""
    app = web.Application()
    app.router.add_post("/internal/customers/contacts", people.contacts)
    app.router.add_put("/v1/customers/{id}/consents", people.consents)
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": postbox.port,
        "smtp_tls": "none",
        "mail_from": "Hamdel <news@hamdel.example>",
        "public_url": "https://crm.example",
    }
    async with serving(app) as url, aiohttp.ClientSession() as http:
        yield Queue(engine, units, http, url, database, settings)
