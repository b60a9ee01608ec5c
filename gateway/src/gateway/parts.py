"""What a running gateway is made of: built when it starts, taken down when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import cast

import asyncpg
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from gateway.auth.service_token import ServiceToken
from gateway.customer_view.arrivals import Arrivals
from gateway.customer_view.compare import ViewComparer
from gateway.customer_view.hot import HotReader
from gateway.customer_view.live import LiveSections
from gateway.customer_view.lookup import CustomerLookup
from gateway.customer_view.projector import TOPICS, Projector
from gateway.customer_view.repository import ViewRepository, open_pool
from gateway.customer_view.sections import BadSectionError
from gateway.customer_view.service import ViewReader
from gateway.documentation import Documentation
from gateway.proxy.forward import Forwarder, open_session
from gateway.settings import GatewaySettings
from hamdel.clock import utc_now
from hamdel.http.services import Services, services_of
from hamdel.messaging import BatchConsumer, Record
from hamdel.messaging.consumer.dlq import DeadLetter, DeadLetters
from hamdel.telemetry import AccessLog

__all__ = ["CONSUMER", "GatewayParts", "gateway_lifespan", "parts_of", "running_hot_reader"]

CONSUMER = "gateway"
_CLOSE_SECONDS = 3.0
_KEY = "gateway"


@dataclass(frozen=True)
class GatewayParts:
    """Found by routes and middleware with `parts_of`."""

    reader: ViewReader
    hot: HotReader
    lookup: CustomerLookup
    comparer: ViewComparer
    forwarder: Forwarder
    documentation: Documentation


def parts_of(connection: HTTPConnection) -> GatewayParts:
    """The parts of the gateway that a request came to."""
    return cast("GatewayParts", services_of(connection).extras[_KEY])


def running_hot_reader(app: FastAPI) -> HotReader | None:
    """The hot route's reader; None before the start and after the end."""
    services: Services | None = getattr(app.state, "services", None)
    parts = services.extras.get(_KEY) if services else None
    return cast("GatewayParts", parts).hot if parts else None


@asynccontextmanager
async def gateway_lifespan(services: Services) -> AsyncIterator[None]:
    """Neither the database, nor the broker, nor a service has to be up when the gateway starts."""
    settings = cast("GatewaySettings", services.settings)
    pool = await open_pool(settings.database())
    http = open_session(settings.proxy_connections, settings.proxy_connect_seconds)
    views = ViewRepository(pool, lambda: services.sentinel.healthy)
    arrivals = Arrivals()
    letters = DeadLetters(CONSUMER, settings.kafka())
    projector = Projector(views, arrivals, _dead_letter(letters))
    consumer = BatchConsumer(CONSUMER, tuple(TOPICS), projector.handle, settings.kafka())
    upstreams = settings.upstreams()
    live = LiveSections(http, upstreams, ServiceToken(settings.service_token_file), settings.live_timeout_seconds)
    services.extras[_KEY] = GatewayParts(
        reader=ViewReader(views, live, arrivals, settings.min_sequence_wait_seconds),
        hot=_hot_reader(views, services, arrivals),
        lookup=CustomerLookup(http, upstreams["profile"], settings.live_timeout_seconds),
        comparer=ViewComparer(views, live),
        forwarder=Forwarder(
            http,
            upstreams,
            deadline=settings.proxy_timeout_seconds,
            max_body_bytes=settings.max_body_bytes,
        ),
        documentation=Documentation(http, upstreams),
    )
    await consumer.start()
    try:
        yield
    finally:
        await consumer.stop()
        await letters.stop()
        del services.extras[_KEY]
        await http.close()
        await _close(pool)


def _hot_reader(views: ViewRepository, services: Services, arrivals: Arrivals) -> HotReader:
    settings = cast("GatewaySettings", services.settings)
    logged = settings.log_level.upper() in {"DEBUG", "INFO"}
    return HotReader(
        views,
        services.verifier,
        services.metrics,
        AccessLog(enabled=logged),
        arrivals,
        max_wait=settings.min_sequence_wait_seconds,
        traced=settings.otlp_endpoint is not None,
    )


async def _close(pool: asyncpg.Pool) -> None:
    # asyncpg's close can hang after a cancelled query: bounded, and then without asking.
    with suppress(TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
            return
    pool.terminate()


def _dead_letter(letters: DeadLetters) -> Callable[[Record, BadSectionError], Awaitable[None]]:
    async def send(record: Record, error: BadSectionError) -> None:
        now = utc_now()
        await letters.send([DeadLetter(record, type(error).__name__, 1, now, now)])

    return send
