"""The pool and its sentinel on a real server that closes connections."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hamdel.database import DatabaseSettings, create_engine, plain_url
from hamdel.database.sentinel import DatabaseDownError, DatabaseSentinel

ONE = text("SELECT 1")
BACKEND = text("SELECT pg_backend_pid()")


async def kill_backends(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()
    await asyncio.sleep(0.2)


async def test_a_connection_that_the_server_closed_is_replaced_unnoticed(eventing_database: str) -> None:
    engine = create_engine(DatabaseSettings(url=eventing_database, pool_size=2))
    async with engine.connect() as connection:
        before = (await connection.execute(BACKEND)).scalar_one()
    await kill_backends(eventing_database)
    async with engine.connect() as connection:
        after = (await connection.execute(BACKEND)).scalar_one()
    await engine.dispose()
    assert before != after


async def test_terminating_connections_wakes_whoever_waits(eventing_database: str) -> None:
    settings = DatabaseSettings(url=eventing_database)
    engine = create_engine(settings)
    sentinel = DatabaseSentinel(engine, settings)

    async def wait() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_sleep(5)"))

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.5)
    assert sentinel.terminate_connections() == 1
    with pytest.raises(DBAPIError):
        async with asyncio.timeout(1):
            await waiting
    await engine.dispose()


async def test_no_connection_is_tried_while_the_database_is_down(eventing_database: str) -> None:
    settings = DatabaseSettings(url=eventing_database)
    engine = create_engine(settings)
    sentinel = DatabaseSentinel(engine, settings)
    sentinel.healthy = False
    with pytest.raises(DatabaseDownError):
        async with engine.connect() as connection:
            await connection.execute(ONE)
    sentinel.healthy = True
    async with engine.connect() as connection:
        assert (await connection.execute(ONE)).scalar_one() == 1
    await engine.dispose()


async def test_the_sentinel_sees_a_database_that_is_not_there() -> None:
    settings = DatabaseSettings(url="postgresql://nobody:x@127.0.0.1:9/nothing")
    engine = create_engine(settings)
    sentinel = DatabaseSentinel(engine, settings)
    await sentinel.start()
    assert sentinel.healthy is False
    await sentinel.stop()
    await engine.dispose()


def test_a_plain_url_is_what_asyncpg_and_psql_take() -> None:
    assert plain_url("postgresql+asyncpg://u:p%40@h:1/d") == "postgresql://u:p%40@h:1/d"


@pytest.mark.parametrize(
    "nonsense", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"R\x00\x00\x00\x08\x00\x00\x00\x00Z\x00\x00"]
)
async def test_a_server_that_talks_nonsense_counts_as_away_and_does_not_end_the_watch(nonsense: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(nonsense)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = DatabaseSettings(url=f"postgresql://nobody:secret@127.0.0.1:{port}/nothing")
    engine = create_engine(settings)
    sentinel = DatabaseSentinel(engine, settings)
    await sentinel.start()
    await asyncio.sleep(1)
    assert not sentinel.healthy
    assert sentinel.watching
    await sentinel.stop()
    await engine.dispose()
    server.close()
