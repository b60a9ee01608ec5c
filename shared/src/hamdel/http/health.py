"""Liveness, readiness, metrics and the OpenAPI document: public, and not part of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Any

import orjson
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from hamdel.http.call import call_of
from hamdel.http.problem import Unavailable
from hamdel.http.responses import JsonBytes
from hamdel.http.services import services_of

__all__ = ["add_public_routes"]


def add_public_routes(app: FastAPI, openapi: Callable[[], dict[str, Any]]) -> None:
    """Adds `/health/live`, `/health/ready`, `/metrics` and `/openapi.json`. The document is made when it is first asked
    for, beside the requests: making it takes a third of a second."""
    document = cache(lambda: orjson.dumps(openapi()))

    async def live(request: Request) -> Response:
        call_of(request).operation = "health_live"
        return JsonBytes(b'{"status":"live"}')

    async def schema(request: Request) -> Response:
        call_of(request).operation = "openapi"
        return JsonBytes(await asyncio.to_thread(document))

    app.add_route("/health/live", live, include_in_schema=False)
    app.add_route("/health/ready", _ready, include_in_schema=False)
    app.add_route("/metrics", _metrics, include_in_schema=False)
    app.add_route("/openapi.json", schema, include_in_schema=False)


async def _ready(request: Request) -> Response:
    call_of(request).operation = "health_ready"
    services = services_of(request)
    if not services.sentinel.healthy:
        raise Unavailable("not-ready", "the database does not answer")
    # Without Kafka writes go on and the backlog grows: that is a detail, not a reason to take no requests.
    details = {"status": "ready", "service": services.service, "database": "up", "relay": _relay(services.relay)}
    return JsonBytes(orjson.dumps(details, default=str))


def _relay(relay: Any) -> dict[str, Any] | None:
    if relay is None:
        return None
    stats = relay.stats
    names = getattr(stats, "__slots__", None) or vars(stats)
    return {name: getattr(stats, name) for name in names if isinstance(getattr(stats, name), int | float | str)}


async def _metrics(request: Request) -> Response:
    call_of(request).operation = "metrics"
    return Response(services_of(request).metrics.render(), media_type=CONTENT_TYPE_LATEST)
