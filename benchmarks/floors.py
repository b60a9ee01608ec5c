"""The floors: what the same machine does in the same run with nothing of ours in the way.

Run as `python -m benchmarks.floors NAME PORT`: a server process for one floor. Configuration comes from the
environment: FLOOR_BODY (a file with the answer), FLOOR_DATABASE (a URL), FLOOR_UPSTREAMS (comma-separated URLs).
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import uvicorn
from fastapi import FastAPI, Response
from pydantic import AwareDatetime, BaseModel

from hamdel.ids import new_id

INSERT_SCHEMA = """
    DROP TABLE IF EXISTS floor_streams, floor_rows, floor_outbox;
    CREATE TABLE floor_streams (id uuid PRIMARY KEY, sequence bigint NOT NULL) WITH (fillfactor = 70);
    CREATE TABLE floor_rows (id uuid PRIMARY KEY, customer_id uuid NOT NULL, occurred_at timestamptz NOT NULL,
                             channel text NOT NULL, kind text NOT NULL, subject text);
    CREATE TABLE floor_outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL,
                               aggregateid uuid NOT NULL, type text NOT NULL, payload bytea NOT NULL);
"""
INSERT_ONE = """
    WITH s AS (INSERT INTO floor_streams VALUES ($1, 1)
               ON CONFLICT (id) DO UPDATE SET sequence = floor_streams.sequence + 1 RETURNING sequence),
         r AS (INSERT INTO floor_rows SELECT $2, $1, $3, $4, $5, $6)
    INSERT INTO floor_outbox (id, aggregateid, type, payload) SELECT $7, $1, 'recorded', $8 FROM s
"""
INSERT_MANY = """
    WITH t AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
                                    $7::uuid[], $8::bytea[])
                    AS t(customer, id, at, channel, kind, subject, event, payload)),
         s AS (INSERT INTO floor_streams SELECT customer, count(*) FROM t GROUP BY 1 ORDER BY 1
               ON CONFLICT (id) DO UPDATE SET sequence = floor_streams.sequence + excluded.sequence),
         r AS (INSERT INTO floor_rows SELECT id, customer, at, channel, kind, subject FROM t)
    INSERT INTO floor_outbox (id, aggregateid, type, payload) SELECT event, customer, 'recorded', payload FROM t
"""
SELECT_BY_IDENTIFIER = """
    SELECT row_to_json(c)::text FROM identifiers AS i JOIN customers AS c ON c.id = i.customer_id
    WHERE i.type = $1 AND i.canonical = $2
"""
SELECT_MEMBER = """
    SELECT row_to_json(m)::text FROM members AS m WHERE customer_id = CAST($1 AS uuid) AND program_id = CAST($2 AS uuid)
"""


class InteractionBody(BaseModel):
    """The body that the product's route takes, without its rules."""

    customer_id: str
    channel: str
    direction: str
    kind: str
    occurred_at: AwareDatetime
    subject: str | None = None


def _body() -> bytes:
    return Path(os.environ["FLOOR_BODY"]).read_bytes()


def bare_asgi() -> Any:
    """An ASGI function that answers the same bytes."""
    body = _body()
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
    }

    async def app(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        if scope["type"] != "http":
            return
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return app


def fastapi_bytes() -> FastAPI:
    """A FastAPI route that answers the same bytes."""
    app, body = FastAPI(), _body()

    @app.get("/{path:path}")
    async def constant(path: str) -> Response:
        return Response(body, media_type="application/json")

    return app


def fastapi_insert() -> FastAPI:
    """FastAPI, a pydantic body and one statement that bumps a stream, inserts a row and an outbox row."""
    pool: list[asyncpg.Pool] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.append(await asyncpg.create_pool(os.environ["FLOOR_DATABASE"], min_size=8, max_size=8))
        yield
        await pool[0].close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/interactions", status_code=201)
    async def record(body: InteractionBody) -> Response:
        row_id = new_id()
        payload = orjson.dumps({"id": str(row_id), "data": body.model_dump(mode="json")})
        await pool[0].execute(
            INSERT_ONE,
            body.customer_id,
            row_id,
            body.occurred_at,
            body.channel,
            body.kind,
            body.subject,
            new_id(),
            payload,
        )
        return Response(payload, 201, media_type="application/json")

    return app


def fastapi_lookup() -> FastAPI:
    """FastAPI and one statement that reads a customer by an identifier."""
    return _reading(SELECT_BY_IDENTIFIER)


def fastapi_member() -> FastAPI:
    """FastAPI and one statement that reads one row of loyalty-service by its primary key."""
    return _reading(SELECT_MEMBER)


def _reading(statement: str) -> FastAPI:
    pool: list[asyncpg.Pool] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.append(await asyncpg.create_pool(os.environ["FLOOR_DATABASE"], min_size=8, max_size=8))
        yield
        await pool[0].close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/{first}/{second}")
    async def look_up(first: str, second: str) -> Response:
        found = await pool[0].fetchval(statement, first, second)
        return Response(found, media_type="application/json")

    return app


def httpx_fanout() -> FastAPI:
    """A FastAPI route that asks four services with httpx and joins the answers: the usual way to build a view."""
    upstreams = os.environ["FLOOR_UPSTREAMS"].split(",")
    headers = {"authorization": os.environ.get("FLOOR_AUTHORIZATION", "")}
    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=100), timeout=30)
    app = FastAPI()

    @app.get("/view/{customer_id}")
    async def view(customer_id: str) -> dict[str, Any]:
        answers = await asyncio.gather(*(client.get(f"{url}/{customer_id}", headers=headers) for url in upstreams))
        return {str(at): answer.json() for at, answer in enumerate(answers)}

    return app


FLOORS: dict[str, Callable[[], Any]] = {
    "bare_asgi": bare_asgi,
    "fastapi_bytes": fastapi_bytes,
    "fastapi_insert": fastapi_insert,
    "fastapi_lookup": fastapi_lookup,
    "fastapi_member": fastapi_member,
    "httpx_fanout": httpx_fanout,
}

if __name__ == "__main__":
    uvicorn.run(
        FLOORS[sys.argv[1]](),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        access_log=False,
    )
