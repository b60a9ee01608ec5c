"""A real gateway process in miniature: uvicorn on loopback, real PostgreSQL, real tokens, peers as services."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import orjson
import pytest
import uvicorn
from multidict import CIMultiDictProxy
from yarl import URL

from gateway.customer_view.arrivals import Arrivals
from gateway.customer_view.projector import Projector
from gateway.customer_view.repository import ViewRepository, open_pool
from gateway.customer_view.sections import BadSectionError
from gateway.main import create_gateway
from gateway.settings import GatewaySettings
from hamdel.contracts.sections import SECTIONS, sections_topic
from hamdel.database import DatabaseSettings
from hamdel.http.auth import generate_key_pair, issue_token
from hamdel.ids import new_id
from hamdel.messaging.transport import Record
from tests.gateway.families import FIRST, Pair, profile_data
from tests.gateway.peers import Peer

Token = Callable[..., str]


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The private key of the tests' issuer; its JWKS lies beside it."""
    return generate_key_pair(tmp_path_factory.mktemp("identity"))[0]


@pytest.fixture
def token(signing_key: Path) -> Token:
    """`token("agent", scopes=["pii:read"])` → a JWT."""

    def issue(role: str = "manager", *, customer_id: UUID | None = None, scopes: Sequence[str] = ()) -> str:
        return issue_token(signing_key, role, subject=f"test-{role}", customer_id=customer_id, scopes=scopes)

    return issue


@pytest.fixture
async def peers() -> AsyncIterator[dict[str, Peer]]:
    """The four services by section name, all up."""
    started = {name: Peer(name) for name in SECTIONS}
    for peer in started.values():
        await peer.start()
    yield started
    for peer in started.values():
        await peer.stop()
        peer.give_up()


@pytest.fixture
def database_url(database_for: Callable[[str], str]) -> str:
    """A fresh database of the gateway."""
    return database_for("gateway")


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections to it as the gateway opens them."""
    opened = await open_pool(DatabaseSettings(url=database_url))
    yield opened
    await opened.close()


class Projection:
    """The projector without a broker: records go straight in."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.views = ViewRepository(pool)
        self.skipped: list[Record] = []
        self._projector = Projector(self.views, Arrivals(), self._skip)

    async def apply(self, section: str, *records: bytes) -> None:
        """Applies records of a section in this order, as one poll."""
        await self.handle([record_of(section, value) for value in records])

    async def remove(self, section: str, customer_id: UUID, sequence: int | None = None) -> None:
        """Applies a tombstone."""
        await self.handle([record_of(section, None, customer_id, sequence)])

    async def handle(self, records: Sequence[Record]) -> None:
        """Applies what a poll returned."""
        await self._projector.handle(records)

    async def _skip(self, record: Record, _error: BadSectionError) -> None:
        self.skipped.append(record)


def record_of(
    section: str, value: bytes | None, customer_id: UUID | None = None, sequence: int | None = None
) -> Record:
    """A record as the broker gives it."""
    headers = [("sequence", str(sequence).encode())] if sequence is not None else []
    key = str(customer_id).encode() if customer_id else b""
    return Record(sections_topic(SECTIONS[section]), 0, 0, key, value, headers, 0)


@pytest.fixture
def projection(pool: asyncpg.Pool) -> Projection:
    """Writes into the gateway's database what the topics would have said."""
    return Projection(pool)


@pytest.fixture
async def pair(projection: Projection, peers: dict[str, Peer]) -> Pair:
    """Two customers that were never merged."""
    s, a = new_id(), new_id()
    pair = Pair(projection, peers, s, a, (a, s, FIRST))
    peers["profile"].has(s, 8, profile_data(name="سارا"))
    peers["loyalty"].has(s, 5, b'{"points":50}')
    peers["profile"].has(a, 3, profile_data(name="علی"))
    peers["loyalty"].has(a, 3, b'{"points":20}')
    await pair.arrive(s, a)
    return pair


@pytest.fixture
async def merged(pair: Pair) -> Pair:
    """A was merged into S, and everybody knows."""
    pair.merge()
    await pair.arrive(pair.s, pair.a)
    return pair


@dataclass(frozen=True)
class Answer:
    """What came back, complete."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


@dataclass
class Client:
    """Talks to the gateway; paths are sent exactly as given."""

    session: aiohttp.ClientSession
    base: str
    bearer: str | None

    async def call(
        self, method: str, path: str, *, bearer: str | None = None, headers: dict[str, str] | None = None, **more: Any
    ) -> Answer:
        """One request, with the client's own token unless another one is given."""
        used = bearer or self.bearer
        authorization = {"Authorization": f"Bearer {used}"} if used else {}
        url = URL(self.base + path, encoded=True)
        asked = {**authorization, **(headers or {})}
        async with self.session.request(method, url, headers=asked, allow_redirects=False, **more) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, **more: Any) -> tuple[Answer, Any]:
        """The answer and its JSON."""
        answer = await self.call("GET", path, **more)
        return answer, orjson.loads(answer.body)

    async def view(self, customer_id: UUID, query: str = "", **more: Any) -> tuple[Answer, Any]:
        """The customer's view."""
        return await self.get(f"/v1/customers/{customer_id}/view{query}", **more)


@asynccontextmanager
async def serving(settings: GatewaySettings) -> AsyncIterator[str]:
    """A gateway behind uvicorn on a free port; gives its base URL."""
    config = uvicorn.Config(
        create_gateway(settings), port=0, log_level="error", lifespan="on", date_header=False, server_header=False
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve())
    while not server.started:
        if running.done():
            running.result()
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.fixture
def settings(database_url: str, peers: dict[str, Peer], signing_key: Path, tmp_path: Path) -> GatewaySettings:
    """A gateway without a broker: nothing listens on its bootstrap address."""
    file = tmp_path / "service-token"
    file.write_text(issue_token(signing_key, "service", subject="gateway"))
    return GatewaySettings.model_validate(
        {
            "database_url": database_url,
            "kafka_bootstrap": "127.0.0.1:1",
            "kafka_static_membership": False,
            "jwks_file": signing_key.parent / "jwks.json",
            "service_token_file": file,
            "profile_url": peers["profile"].url,
            "interaction_url": peers["interactions"].url,
            "survey_url": peers["surveys"].url,
            "loyalty_url": peers["loyalty"].url,
            "proxy_timeout_seconds": 1.0,
            "log_level": "WARNING",
        }
    )


@pytest.fixture
async def gateway(settings: GatewaySettings, token: Token) -> AsyncIterator[Client]:
    """A client of a running gateway, signed in as a manager."""
    async with serving(settings) as base, aiohttp.ClientSession(auto_decompress=False) as session:
        yield Client(session, base, token())
