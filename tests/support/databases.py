"""Fresh databases on the embedded PostgreSQL: each kind is migrated once and cloned as a template.

A database that a test gives back is emptied and lent again (about 20 ms; a new clone takes 200), unless the test
changed its structure: then it is dropped.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, TypeVar

import asyncpg

from hamdel.messaging.schema import CONSUMER_V1, HTTP_V1, OUTBOX_V1, OUTBOX_V2
from hamdel_cli.embedded.postgres import EmbeddedPostgres

T = TypeVar("T")

EVENTING = "eventing"

STRUCTURE: Final = """
    SELECT concat_ws(' ',
        (SELECT concat_ws('-', count(*), max(oid),
                          md5(string_agg(relname || coalesce(relacl::text, ''), ',' ORDER BY oid)))
         FROM pg_class WHERE relpersistence <> 't' AND relnamespace <> 'pg_toast'::regnamespace),
        (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_proc),
        (SELECT concat_ws('-', count(*), max(oid), string_agg(tgenabled::text, '')) FROM pg_trigger),
        (SELECT count(*) FROM pg_index WHERE indisvalid),
        (SELECT count(*) FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database
                                                                      WHERE datname = current_database())))
"""

TABLES: Final = """
    SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY oid
"""

DISCONNECT: Final = """
    SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

# Truncated and without statistics: the plans of the next test are those of tables that were never used.
EMPTY: Final = """
    DO $$ DECLARE used text; BEGIN
        SET LOCAL session_replication_role = replica;
        SELECT string_agg(oid::regclass::text, ', ') INTO used FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0;
        IF used IS NOT NULL THEN EXECUTE 'TRUNCATE ' || used || ' RESTART IDENTITY CASCADE'; END IF;
        DELETE FROM pg_statistic USING pg_class
        WHERE starelid = pg_class.oid AND relnamespace = 'public'::regnamespace;
    END $$
"""


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


@dataclass
class _Template:
    """What a new database of the kind looks like: its structure and the rows that migrations put there."""

    structure: str
    rows: dict[str, str] = field(default_factory=dict)


class Databases:
    """Lends databases. `kind` is a service's short name (profile, interaction, survey, loyalty, gateway),
    `eventing` (the tables of hamdel.messaging.schema alone) or `empty`."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._templates: dict[str, _Template] = {}
        self._numbers = count(1)
        self._lent: dict[str, str] = {}
        self._idle: defaultdict[str, list[str]] = defaultdict(list)

    def fresh(self, kind: str) -> str:
        """The URL of a database of this kind as its migrations leave it; the role may do everything in it."""
        name = self._idle[kind].pop() if self._idle[kind] else run_aside(self._clone(kind))
        self._lent[name] = kind
        return self._server.url(database=name)

    def give_back(self, url: str) -> None:
        """Takes a lent database back and ends the connections to it; what a test left in it is gone."""
        name = url.rsplit("/", 1)[1]
        kind = self._lent.pop(name)
        if run_aside(self._reset(name, self._templates[kind])):
            self._idle[kind].append(name)

    async def _clone(self, kind: str) -> str:
        template = f"template_{kind}"
        if kind not in self._templates:
            await self._execute(f'CREATE DATABASE "{template}"')
            self._templates[kind] = await self._fill(kind, self._server.url(database=template))
        name = f"test_{kind}_{next(self._numbers)}"
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    async def _fill(self, kind: str, url: str) -> _Template:
        if kind not in ("empty", EVENTING):
            from hamdel_cli.embedded.databases import migrate

            await migrate(kind, url)
        connection = await asyncpg.connect(url)
        try:
            if kind == EVENTING:
                for statement in (*OUTBOX_V1, *OUTBOX_V2, *CONSUMER_V1, *HTTP_V1):
                    await connection.execute(statement)
            return await _described(connection)
        finally:
            await connection.close()

    async def _reset(self, name: str, template: _Template) -> bool:
        connection = await asyncpg.connect(self._server.url(database=name))
        try:
            await connection.execute(DISCONNECT)
            same = bool(await connection.fetchval(STRUCTURE) == template.structure)
            if same:
                await connection.execute(EMPTY)
                await connection.execute("SET session_replication_role = replica")
                for table, rows in template.rows.items():
                    await connection.execute(
                        f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1)",
                        rows,
                    )
        finally:
            await connection.close()
        if not same:
            await self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        return same

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._server.url())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


async def _described(connection: asyncpg.Connection) -> _Template:
    template = _Template(await connection.fetchval(STRUCTURE))
    for (table,) in await connection.fetch(TABLES):
        rows = await connection.fetchval(f"SELECT jsonb_agg(to_jsonb(t)) FROM {table} AS t")
        if rows:
            template.rows[table] = rows
    return template
