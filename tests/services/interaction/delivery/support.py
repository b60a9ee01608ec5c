"""The neighbours of the queue: a profile-service that says who may be written to, and an SMTP server."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import aiohttp
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.customers import ContactsClient
from hamdel.database import UnitOfWorkFactory
from hamdel.http import Services
from hamdel.ids import new_id
from interaction_service.delivery.domain import MessageDraft
from interaction_service.delivery.gate import Gate, load_keys
from interaction_service.delivery.senders import Sender, sender_for
from interaction_service.delivery.service import enqueue
from interaction_service.delivery.worker import Worker
from interaction_service.settings import InteractionSettings
from tests.services.interaction.support import CONTEXT

ALLOWED: dict[str, Any] = {
    "allowed": True,
    "reason": "consent-granted",
    "next_allowed_at": None,
    "language": None,
    "timezone": None,
    "name": None,
}


@dataclass
class People:
    """A profile-service: `answers` by customer over `ALLOWED`; whoever is not in it is unknown. `status` other than 200
    is a failing one. `withdrawn` are the bodies of the consents it was told."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    status: int = 200
    asked: list[list[dict[str, Any]]] = field(default_factory=list)
    withdrawn: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def person(self, **answer: Any) -> UUID:
        """A new customer who may be written to at an address of its own, unless `answer` says otherwise."""
        customer_id = new_id()
        said = {"customer_id": str(customer_id), "addresses": [f"{customer_id.hex}@example.org"]} | ALLOWED
        self.answers[str(customer_id)] = said | answer
        return customer_id

    async def contacts(self, request: web.Request) -> web.Response:
        """`POST /internal/customers/contacts`."""
        items = (await request.json())["items"]
        self.asked.append(items)
        nobody = ALLOWED | {"customer_id": None, "allowed": False, "reason": "unknown-customer", "addresses": []}
        found = [self.answers.get(item["customer_id"], nobody) for item in items]
        return web.json_response({"items": found}, status=self.status)

    async def consents(self, request: web.Request) -> web.Response:
        """`PUT /v1/customers/{id}/consents`."""
        if self.status == 200:
            self.withdrawn.append((request.match_info["id"], await request.json()))
        return web.json_response({}, status=self.status)


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The base URL of an application."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@dataclass
class Postbox:
    """An SMTP server's handler. `answers` are given to RCPT by address, `sender` to MAIL, `data` to DATA, instead of
    250; the first of `data` once each. `seconds` it takes to accept a message."""

    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    sender: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    seconds: float = 0.0
    port: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM."""
        if self.sender:
            return self.sender.pop(0)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """RCPT TO."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """DATA."""
        if self.data:
            return self.data.pop(0)
        content = cast(bytes, envelope.original_content)
        self.raw.append(content)
        self.arrived.set()
        self.mails.append(email.message_from_bytes(content, policy=email.policy.default))
        self.recipients += envelope.rcpt_tos
        await asyncio.sleep(self.seconds)
        return "250 OK queued"


@asynccontextmanager
async def listening(postbox: Postbox) -> AsyncIterator[Postbox]:
    """The postbox behind a real SMTP server on this loop."""
    loop = asyncio.get_running_loop()
    made: list[SMTP] = []

    def protocol() -> SMTP:
        made.append(SMTP(postbox, enable_SMTPUTF8=True, hostname="postbox", loop=loop))
        return made[-1]

    server = await loop.create_server(protocol, "127.0.0.1", postbox.port)
    postbox.port = server.sockets[0].getsockname()[1]
    yield postbox
    server.close()
    for one in made:
        if one.transport is not None:
            one.transport.close()


@dataclass
class Queue:
    """The queue in a database, with the neighbours above; `change` other settings with `worker(…)`."""

    engine: AsyncEngine
    units: UnitOfWorkFactory
    http: aiohttp.ClientSession
    profile_url: str
    database: str
    settings: dict[str, Any]

    def services(self, **settings: Any) -> Services:
        """What the queue uses of a running service."""
        values: dict[str, Any] = {"database_url": self.database, "profile_url": self.profile_url} | self.settings
        made = SimpleNamespace(
            units=self.units,
            http=self.http,
            settings=InteractionSettings(**(values | settings)),
            service_headers=lambda: {"Authorization": "Bearer t"},
        )
        return cast(Services, made)

    async def worker(self, channel: str = "email", sender: Sender | None = None, **settings: Any) -> Worker:
        """One connection of a channel."""
        services = self.services(**settings)
        own = cast(InteractionSettings, services.settings)
        gate = Gate(services, own, await load_keys(services), ContactsClient(services))
        return Worker(services, own, channel, sender or sender_for(channel, own, self.http), gate)

    async def run(self, channel: str = "email", **settings: Any) -> None:
        """One round of one connection, and its end."""
        worker = await self.worker(channel, **settings)
        await worker.round()
        await worker._sender.close()

    async def put(self, customer_id: UUID, **changes: Any) -> UUID:
        """A message in the queue: a plain e-mail for marketing, unless `changes` say otherwise."""
        values: dict[str, Any] = {"channel": "email", "purpose": "marketing", "key": str(new_id())}
        text_given = {"subject": "News", "body": "There is news."} if "template" not in changes else {}
        async with self.units(CONTEXT) as unit:
            made = await enqueue(unit, MessageDraft(customer_id=customer_id, **(values | text_given | changes)))
        assert made is not None
        return made

    async def state(self, message_id: UUID) -> tuple[str, str | None, int]:
        """Status, reason and the number of attempts."""
        (row,) = await self.rows("SELECT status, reason, attempts FROM messages WHERE id = :id", id=message_id)
        return cast("tuple[str, str | None, int]", row)

    async def due_again(self) -> None:
        """Time has passed: whatever waits is due."""
        await self.execute("UPDATE messages SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL")

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query), values)]

    async def execute(self, statement: str, **values: Any) -> None:
        """Changes rows."""
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), values)
