"""Fresh databases on the embedded PostgreSQL: each kind is migrated once and then cloned as a template."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, TypeVar

import asyncpg

from hamdel.messaging.schema import CONSUMER_V1, HTTP_V1, OUTBOX_V1, OUTBOX_V2
from hamdel_cli.embedded.postgres import EmbeddedPostgres

T = TypeVar("T")

EVENTING = "eventing"


def run_aside(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end in another thread: usable inside and outside a running loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def make_logins_cheap(server: EmbeddedPostgres) -> None:
    """One SCRAM round instead of 4,096: a login costs 4 ms instead of 12, and every test makes a dozen."""
    connection = await asyncpg.connect(server.url())
    try:
        await connection.execute("SET scram_iterations = 1")
        await connection.execute(f"ALTER ROLE postgres PASSWORD '{server.password}'")
    finally:
        await connection.close()


class Databases:
    """Makes and drops databases. `kind` is a service's short name (profile, interaction, survey, loyalty, gateway),
    `eventing` (the tables of hamdel.messaging.schema alone) or `empty`."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._templates: set[str] = set()
        self._numbers = count(1)
        self._made: list[str] = []

    def fresh(self, kind: str) -> str:
        """The URL of a new database of this kind; the role may do everything in it."""
        name = f"test_{kind}_{next(self._numbers)}"
        run_aside(self._fresh(kind, name))
        self._made.append(name)
        return self._server.url(database=name)

    def drop_all(self) -> None:
        """Drops every database made since the last call, connections included."""
        names, self._made = self._made, []
        run_aside(self._execute(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in names)))

    async def _fresh(self, kind: str, name: str) -> None:
        template = f"template_{kind}"
        if template not in self._templates:
            await self._execute(f'CREATE DATABASE "{template}"')
            await self._fill(kind, self._server.url(database=template))
            self._templates.add(template)
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    async def _fill(self, kind: str, url: str) -> None:
        if kind == "empty":
            return
        if kind != EVENTING:
            from hamdel_cli.embedded.databases import migrate

            await migrate(kind, url)
            return
        connection = await asyncpg.connect(url)
        for statement in (*OUTBOX_V1, *OUTBOX_V2, *CONSUMER_V1, *HTTP_V1):
            await connection.execute(statement)
        await connection.close()

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._server.url())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()
