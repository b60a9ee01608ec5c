"""All four services on one PostgreSQL. The facts of profile-service, and those of interaction-service for
loyalty-service, are carried between them by the test's own hand: late, twice, and shuffled across customers, but in
order for each of them, which is what the broker promises."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.sections import events_topic
from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine
from hamdel.http import ServiceDefinition
from hamdel.messaging import KafkaSettings, load_sections
from hamdel.messaging.consumer.applier import Applier
from hamdel.messaging.consumer.delivery import decode
from hamdel.messaging.consumer.dlq import DeadLetters
from hamdel.messaging.transport import Record
from hamdel_cli.topology import PACKAGES
from tests.support.apps import application, client_of
from tests.support.tokens import Tokens

__all__ = ["World", "linked_world"]

FOLLOWERS = ("interaction", "survey", "loyalty")
ROADS = (*(("profile", short) for short in FOLLOWERS), ("interaction", "loyalty"))
"""Whose facts are carried to whom."""
SHORTS = ("profile", *FOLLOWERS)
NO_BROKER = "127.0.0.1:1"


@dataclass
class World:
    """The services' databases, the three that are written to over HTTP, and what was carried on each road so far."""

    definitions: dict[str, ServiceDefinition]
    engines: dict[str, AsyncEngine]
    clients: dict[str, httpx.AsyncClient]
    told: dict[tuple[str, str], dict[UUID, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    async def call(self, short: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of an answer that must be a success."""
        answer = await self.clients[short].request(method, path, json=body, headers=headers)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def deliver(self, random: Random, *, everything: bool = False) -> None:
        """Carries some facts (or all that are left) on every road: customers in any order, some facts again."""
        for road in ROADS:
            events = await self._events(road[0])
            subjects = list(events)
            random.shuffle(subjects)
            for subject in subjects:
                known, have = self.told[road][subject], len(events[subject])
                until = have if everything else random.randint(known, have)
                again = random.randint(0, known)
                await self._apply(road, events[subject][again:until])
                self.told[road][subject] = max(known, until)

    async def sections(self, customer_id: str) -> dict[str, Any]:
        """The data of the customer's sections in all services; None where it has none."""
        records = {short: await self.record(short, customer_id) for short in SHORTS}
        return {short: record["data"] if record else None for short, record in records.items()}

    async def record(self, short: str, customer_id: str) -> Any:
        """The whole section record; None where there is none."""
        renderer = self.definitions[short].renderer
        assert renderer is not None
        async with self.engines[short].connect() as connection:
            found = await load_sections(connection, renderer, [UUID(customer_id)])
        return orjson.loads(found[UUID(customer_id)]) if found else None

    async def links(self, short: str) -> dict[str, str]:
        """Who is linked to whom in a service."""
        query = text("SELECT customer_id, linked_to FROM event_streams WHERE linked_to IS NOT NULL")
        async with self.engines[short].connect() as connection:
            return {str(row[0]): str(row[1]) for row in await connection.execute(query)}

    async def _events(self, teller: str) -> dict[UUID, list[bytes]]:
        found: dict[UUID, list[bytes]] = defaultdict(list)
        async with self.engines[teller].connect() as connection:
            for subject, payload in await connection.execute(
                text("SELECT aggregateid, payload FROM outbox ORDER BY seq")
            ):
                found[subject].append(payload)
        return found

    async def _apply(self, road: tuple[str, str], payloads: Sequence[bytes]) -> None:
        topic, short = events_topic(road[0]), road[1]
        (subscription,) = [each for each in self.definitions[short].subscriptions if topic in each.topics]
        units = UnitOfWorkFactory(self.engines[short], f"/hamdel/{short}-service")
        kafka = KafkaSettings(bootstrap=NO_BROKER)
        applier = Applier(short, subscription.handlers, units, DeadLetters(short, kafka))
        records = [Record(topic, 0, at, None, payload, (), 0) for at, payload in enumerate(payloads)]
        deliveries = [delivery for record in records if (delivery := decode(record))]
        if deliveries:
            await applier.apply(deliveries)


@asynccontextmanager
async def linked_world(fresh: Callable[[str], str], tokens: Tokens) -> AsyncIterator[World]:
    """Four fresh databases, and applications over those of profile-, interaction- and loyalty-service."""
    urls = {short: fresh(short) for short in SHORTS}
    engines = {short: create_engine(DatabaseSettings(url=url)) for short, url in urls.items()}
    definitions = {short: importlib.import_module(f"{PACKAGES[short]}.main").definition() for short in SHORTS}
    async with AsyncExitStack() as stack:
        clients = {}
        for short in ("profile", "interaction", "loyalty"):
            values = {
                "database_url": urls[short],
                "jwks_file": tokens.keys.jwks,
                "kafka_bootstrap": NO_BROKER,
                "log_level": "ERROR",
            }
            clients[short] = await stack.enter_async_context(client_of(application(short, values), tokens))
        for engine in engines.values():
            stack.push_async_callback(engine.dispose)
        yield World(definitions, engines, clients)
