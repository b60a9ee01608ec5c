"""What one service is made of; the composition root of each service fills it in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from starlette.middleware import Middleware

from hamdel.http.auth import PolicyTable
from hamdel.http.routing import Router
from hamdel.http.services import Services
from hamdel.messaging import SectionRenderer, Subscription

__all__ = ["Background", "Lifespan", "ServiceDefinition"]

Background = Callable[[Services], Awaitable[None]]
Lifespan = Callable[[Services], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, kw_only=True)
class ServiceDefinition:
    """`service` is the full name (`profile-service`), `short` the one in topics (`profile`).

    `background` are endless coroutines, started again when they fail; `lifespans` are entered before the first
    request and left after the last; `middleware` sits inside the edge (request id, metrics) and outside the routes.
    """

    service: str
    short: str
    title: str
    routers: Sequence[Router]
    policy: PolicyTable
    renderer: SectionRenderer | None = None
    subscriptions: Sequence[Subscription] = ()
    background: Sequence[Background] = ()
    lifespans: Sequence[Lifespan] = ()
    middleware: Sequence[Middleware] = ()

    @property
    def package(self) -> str:
        """The import name of the service's package, such as `profile_service`."""
        return self.service.replace("-", "_")
