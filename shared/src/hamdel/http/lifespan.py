"""Start and end of a service. Neither Kafka nor the database need to be up for it to start."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import aiohttp
import structlog
from fastapi import FastAPI

from hamdel.contracts.envelope import source_of
from hamdel.database import UnitOfWorkFactory, create_engine
from hamdel.database.sentinel import DatabaseSentinel
from hamdel.http.auth import TokenVerifier
from hamdel.http.background import prune_idempotency_keys, running
from hamdel.http.definition import ServiceDefinition
from hamdel.http.services import Services
from hamdel.http.settings import ServiceSettings
from hamdel.messaging import EventConsumer, Relay
from hamdel.telemetry import HttpMetrics

__all__ = ["service_lifespan"]

log = structlog.get_logger(__name__)

_HTTP_CONNECT_SECONDS = 1.0
_HTTP_TOTAL_SECONDS = 5.0
_STOP_SECONDS = 2.5
_CLOSE_SECONDS = 1.0

Lifespan = Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]


def service_lifespan(
    definition: ServiceDefinition, settings: ServiceSettings, verifier: TokenVerifier, metrics: HttpMetrics
) -> Lifespan:
    """The lifespan of one service: what is opened here is closed in reverse order, each step bounded in time."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            services = await _open(stack, definition, settings, verifier, metrics)
            app.state.services = services
            for enter in definition.lifespans:
                await stack.enter_async_context(enter(services))
            workers = await _workers(definition, services)
            jobs = (prune_idempotency_keys, *definition.background)
            async with running(jobs, services):
                log.info("started", port=settings.port)
                yield
                await asyncio.gather(*(_bounded(worker.stop) for worker in workers))
        log.info("stopped")

    return lifespan


async def _open(
    stack: contextlib.AsyncExitStack,
    definition: ServiceDefinition,
    settings: ServiceSettings,
    verifier: TokenVerifier,
    metrics: HttpMetrics,
) -> Services:
    engine = create_engine(settings.database())
    sentinel = DatabaseSentinel(engine, settings.database())
    stack.push_async_callback(_bounded, engine.dispose, sentinel.terminate_connections, _CLOSE_SECONDS)
    await sentinel.start()
    stack.push_async_callback(sentinel.stop)
    await verifier.start()
    timeout = aiohttp.ClientTimeout(total=_HTTP_TOTAL_SECONDS, sock_connect=_HTTP_CONNECT_SECONDS)
    http = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
    relay = None
    if definition.renderer is not None:
        keep = settings.relay_keep_published_days
        relay = Relay(engine, settings.kafka(), definition.short, definition.renderer, keep)
    wake = relay.wake if relay else _nothing
    return Services(
        service=definition.service,
        section=definition.renderer.section if definition.renderer else None,
        settings=settings,
        engine=engine,
        units=UnitOfWorkFactory(engine, source_of(definition.service), wake),
        relay=relay,
        http=http,
        verifier=verifier,
        sentinel=sentinel,
        metrics=metrics,
    )


class _Worker(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


async def _workers(definition: ServiceDefinition, services: Services) -> list[_Worker]:
    kafka = services.settings.kafka()
    workers: list[_Worker] = [services.relay] if services.relay else []
    for number, subscription in enumerate(definition.subscriptions, start=1):
        name = definition.service if number == 1 else f"{definition.service}-{number}"
        workers.append(EventConsumer(name, subscription, services.units, kafka))
    for worker in workers:
        await worker.start()
    return workers


async def _bounded(
    stop: Callable[[], Awaitable[None]],
    otherwise: Callable[[], object] | None = None,
    seconds: float = _STOP_SECONDS,
) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop()
    except TimeoutError:
        log.warning("stop_timed_out", of=getattr(stop, "__qualname__", "?"))
        if otherwise is not None:
            otherwise()


def _nothing() -> None:
    return None
