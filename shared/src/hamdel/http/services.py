"""What a running service has at hand; routes find it at `request.app.state.services`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import aiohttp
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from hamdel.database import UnitOfWorkFactory
from hamdel.database.sentinel import DatabaseSentinel
from hamdel.http.auth import TokenVerifier
from hamdel.http.settings import ServiceSettings
from hamdel.messaging import Relay
from hamdel.telemetry import HttpMetrics

__all__ = ["Services", "services_of"]


@dataclass
class Services:
    """Made when the service starts. `section` is the name of its part of the view, None in the gateway; `extras` is
    for what a service adds itself in a lifespan of its own."""

    service: str
    section: str | None
    settings: ServiceSettings
    engine: AsyncEngine
    units: UnitOfWorkFactory
    relay: Relay | None
    http: aiohttp.ClientSession
    verifier: TokenVerifier
    sentinel: DatabaseSentinel
    metrics: HttpMetrics
    extras: dict[str, Any] = field(default_factory=dict)

    def service_headers(self) -> dict[str, str]:
        """`Authorization` for a call to another service; empty without a SERVICE_TOKEN_FILE."""
        file = self.settings.service_token_file
        return {"Authorization": f"Bearer {file.read_text().strip()}"} if file else {}


def services_of(request: HTTPConnection) -> Services:
    """The services of the application that a request came to."""
    services: Services = request.app.state.services
    return services
