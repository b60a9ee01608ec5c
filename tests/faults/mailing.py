"""Ten thousand customers with and without consent, a message for each, and a mail server that counts."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from hamdel.context import CallContext
from hamdel.database import DatabaseSettings, UnitOfWork, UnitOfWorkFactory, create_engine
from hamdel.ids import new_id
from interaction_service.delivery.domain import MessageDraft
from interaction_service.delivery.service import enqueue
from profile_service.consents import repository as consents
from profile_service.consents.chain import sealed
from profile_service.consents.domain import Row
from profile_service.customers.domain import Identifier
from profile_service.customers.service import add_all
from profile_service.identifiers import repository as identifiers
from profile_service.identifiers.domain import Wanted
from tests.support.live import LiveStack

__all__ = ["PURPOSE", "CountingServer", "Mailing", "free_port", "mail_server", "prepare"]

PURPOSE = "marketing"
CONTEXT = CallContext(actor="mailing", correlation_id="mailing", source="test")
AT_ONCE = 500
PERSON: dict[str, Any] = {
    "kind": "person", "name": {"given": "Sara"}, "language": "en", "interests": [], "preferences": {}, "attributes": {},
    "tags": [],
}  # fmt: skip


@dataclass
class CountingServer:
    """What a mail server has taken: (recipient, Message-ID) in the order of arrival; and the link of the last one."""

    taken: list[tuple[str, str]] = field(default_factory=list)
    link: str = ""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """DATA."""
        lines = (envelope.original_content or b"").decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[: lines.index("")] if ": " in line)
        self.taken.append((envelope.rcpt_tos[0], headers["Message-ID"]))
        self.link = headers["List-Unsubscribe"].strip("<>")
        return "250 OK"


@dataclass
class Mailing:
    """Who was put into the queue: address → whether there is consent."""

    people: dict[str, bool] = field(default_factory=dict)

    @property
    def consented(self) -> set[str]:
        """The addresses of those who gave consent."""
        return {address for address, consent in self.people.items() if consent}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mail_server(port: int) -> Iterator[CountingServer]:
    """A real SMTP server in a thread of its own."""
    handler = CountingServer()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler
    controller.stop()


def prepare(stack: LiveStack, people: int, every: int) -> Mailing:
    """Makes customers, one in `every` of whom did not give consent or took it back, and a message for each."""
    return asyncio.run(_prepare(stack, people, every))


async def _prepare(stack: LiveStack, people: int, every: int) -> Mailing:
    mailing = Mailing()
    profile = create_engine(DatabaseSettings(url=stack.database("profile")))
    interaction = create_engine(DatabaseSettings(url=stack.database("interaction")))
    for first in range(0, people, AT_ONCE):
        made: list[UUID] = []
        async with UnitOfWorkFactory(profile, "/hamdel/profile-service")(CONTEXT) as unit:
            for number in range(first, min(first + AT_ONCE, people)):
                made.append(new_id())
                mailing.people[_address(made[-1])] = number % every != 0
            await _customers(unit, made)
            await consents.add(
                unit.connection, [row for place, one in enumerate(made) for row in _told(first + place, one, every)]
            )
        async with UnitOfWorkFactory(interaction, "/hamdel/interaction-service")(CONTEXT) as unit:
            for one in made:
                await enqueue(unit, _draft(one))
    await profile.dispose()
    await interaction.dispose()
    return mailing


async def _customers(unit: UnitOfWork, ids: list[UUID]) -> None:
    wanted = [(one, Wanted("email", _address(one), _address(one))) for one in ids]
    claimed = await identifiers.claim(unit.connection, wanted, unit.now)
    new = [(one, PERSON, [Identifier(claimed[each.key], each.type, each.value)]) for one, each in wanted]
    await add_all(unit, new)


def _told(number: int, customer_id: UUID, every: int) -> list[Row]:
    """Granted; of those without consent a third never said anything, a third refused and a third took it back."""
    if number % every:
        return [_row(customer_id, "granted")]
    return [[], [_row(customer_id, "denied")], [_row(customer_id, "withdrawn")]][number // every % 3]


def _row(customer_id: UUID, status: str) -> Row:
    now = datetime.now(UTC)
    row = Row(
        id=new_id(), customer_id=customer_id, ordinal=1, purpose=PURPOSE, channel="email", status=status,
        legal_basis="consent", source="test", evidence="{}", valid_from=now, valid_to=None, token_hash=None,
        token_expires_at=None, confirms=None, recorded_at=now, recorded_by="test", previous_hash=None, hash=b"",
    )  # fmt: skip
    return sealed(row, None)


def _draft(customer_id: UUID) -> MessageDraft:
    return MessageDraft(
        customer_id=customer_id, channel="email", purpose=PURPOSE, template="thank-you", key=f"mailing/{customer_id}"
    )


def _address(customer_id: UUID) -> str:
    return f"{customer_id.hex}@example.org"
