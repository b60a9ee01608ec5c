"""Wiring only: what the gateway consists of, from the outside in.

`HotView` answers the plain view; hamdel.http's edge gives request id, metrics and problems; `Documents` answers the
joined OpenAPI; `Proxy` hands the services' paths on; what is left are the gateway's own routes.
"""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from gateway import problems
from gateway.customer_view.hot import HotReader, HotView
from gateway.customer_view.routes import router
from gateway.documents import Documents
from gateway.parts import gateway_lifespan, running_hot_reader
from gateway.policy import POLICY
from gateway.proxy.middleware import Proxy
from gateway.settings import GatewaySettings
from hamdel.http import ServiceDefinition, create_app
from hamdel.http.openapi import openapi_of

__all__ = ["create_gateway", "definition"]


def definition() -> ServiceDefinition:
    """The gateway as hamdel.http sees it: no section, no subscription to facts, nothing to relay."""
    problems.register()
    return ServiceDefinition(
        service="gateway",
        short="gateway",
        title="Hamdel",
        routers=[router],
        policy=POLICY,
        lifespans=[gateway_lifespan],
        middleware=[Middleware(Documents), Middleware(Proxy)],
    )


def create_gateway(settings: GatewaySettings) -> ASGIApp:
    """The whole application."""
    parts = definition()
    app = create_app(parts, settings)
    app.state.document = cache(lambda: openapi_of(app, parts))
    return with_hot_view(app)


def with_hot_view(app: FastAPI) -> ASGIApp:
    """The hottest route in front of everything else."""

    def reader() -> HotReader | None:
        return running_hot_reader(app)

    return HotView(app, reader)
