"""A service inside the test: its real application on a real database, called without a socket."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from hamdel.http import create_app
from hamdel_cli.topology import PACKAGES
from tests.support.tokens import Tokens

__all__ = ["application", "client_of"]


def application(short: str, values: Mapping[str, Any]) -> FastAPI:
    """The application of a service (profile, interaction, survey, loyalty) with these settings."""
    package = PACKAGES[short]
    definition = importlib.import_module(f"{package}.main").definition()
    settings_module = importlib.import_module(f"{package}.settings")
    settings_type = getattr(settings_module, settings_module.__all__[0])
    return create_app(definition, settings_type(**values))


@asynccontextmanager
async def client_of(app: FastAPI, tokens: Tokens, role: str = "admin") -> AsyncIterator[httpx.AsyncClient]:
    """Starts the application, gives a client with a token of this role, and stops it."""
    headers = {"Authorization": f"Bearer {tokens(role)}"} if role else {}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            yield client
