"""The sample service in process, and its tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from hamdel.http import ServiceSettings, create_app, generate_key_pair, issue_token
from hamdel.ids import new_id
from tests.shared.http.sample import definition

Token = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return generate_key_pair(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def token(keys: tuple[Path, Path]) -> Token:
    """`token("agent")` → headers with a valid token of that role."""

    def headers(*roles: str, **more: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {issue_token(keys[0], roles, **more)}"}

    return headers


@pytest.fixture
def settings(eventing_database: str, keys: tuple[Path, Path]) -> ServiceSettings:
    """Kafka is down in these tests, on purpose: no request may notice."""
    return ServiceSettings(
        database_url=eventing_database,
        kafka_bootstrap="127.0.0.1:9",
        jwks_file=keys[1],
        max_body_bytes=100_000,
        log_level="WARNING",
    )


@pytest.fixture
async def app(settings: ServiceSettings) -> AsyncIterator[FastAPI]:
    application = create_app(definition(), settings)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def client(app: FastAPI, token: Token) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is an agent."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sample", headers=token("agent")) as http:
        yield http


@pytest.fixture
def customer() -> UUID:
    return new_id()
