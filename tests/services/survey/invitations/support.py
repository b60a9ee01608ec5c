"""Surveys and invitations without the application: the worker runs when a test says so, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.clock import utc_now
from hamdel.customers import Contact, ContactQuestion, UnreachableError
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from survey_service.invitations.asking import Asker
from survey_service.invitations.repository import rows
from survey_service.invitations.repository.rows import Wanted
from survey_service.surveys import service as surveys
from tests.services.survey.support import CONTEXT, survey

COOLDOWN = timedelta(days=14)
ALLOWED = Contact(True, "consent-granted")
SHIFT = """
    UPDATE invitations AS i
    SET due_at = due_at - t.by, next_at = next_at - t.by, sent_at = sent_at - t.by, expires_at = expires_at - t.by
    FROM (SELECT CAST(:by AS interval)) AS t(by)
"""


@dataclass
class World:
    """A database of survey-service and what profile-service would say; `reachable` is whether it answers at all."""

    units: UnitOfWorkFactory
    engine: AsyncEngine
    consents: dict[UUID, Contact] = field(default_factory=dict)
    reachable: bool = True
    asked: list[ContactQuestion] = field(default_factory=list)

    async def consent(self, questions: Sequence[ContactQuestion]) -> list[Contact]:
        """Everybody agrees of whom nothing else is said."""
        self.asked += questions
        if not self.reachable:
            raise UnreachableError("test")
        return [self.consents.get(one.customer_id, ALLOWED) for one in questions]

    async def survey(self, **settings: Any) -> UUID:
        """A published survey."""
        async with self.units(CONTEXT) as unit:
            made, _ = await surveys.create(unit, survey(**settings))
        async with self.units(CONTEXT) as unit:
            await surveys.publish(unit, made.id, allow_incomplete=True)
        return made.id

    async def close(self, survey_id: UUID) -> None:
        """Nothing is asked any more."""
        async with self.units(CONTEXT) as unit:
            await surveys.close(unit, survey_id)

    async def invite(self, survey_id: UUID, customer_id: UUID | None = None, **changes: Any) -> UUID:
        """A waiting invitation, due now."""
        given: dict[str, Any] = {
            "id": new_id(),
            "survey_id": survey_id,
            "customer_id": customer_id or new_id(),
            "trigger_id": None,
            "origin": None,
            "channel": "email",
            "ignore_recontact": False,
            "due_at": utc_now(),
            "expires_at": None,
            "correlation_id": "journey-1",
            "causation_id": None,
            "traceparent": None,
        }
        wanted = Wanted(**given | changes)
        async with self.units(CONTEXT) as unit:
            await rows.add(unit.connection, [wanted], unit.now, "tester")
        return wanted.id

    def asker(self, cooldown: timedelta = COOLDOWN) -> Asker:
        """A worker."""
        return Asker(self.units, self.consent, cooldown)

    async def round(self, cooldown: timedelta = COOLDOWN) -> int:
        """One batch of the worker."""
        return await self.asker(cooldown).round()

    async def fate(self, invitation_id: UUID) -> tuple[str, str | None]:
        """Status and reason."""
        ((status, reason),) = await self.rows("SELECT status, reason FROM invitations WHERE id = :id", id=invitation_id)
        return status, reason

    async def later(self, **by: float) -> None:
        """Time goes by for every invitation."""
        async with self.engine.begin() as connection:
            await connection.execute(text(SHIFT), {"by": timedelta(**by)})

    async def merge(self, absorbed: UUID, survivor: UUID) -> None:
        """The two customers are one."""
        async with self.units(CONTEXT) as unit:
            await unit.link_stream(absorbed, survivor)

    async def sent(self) -> list[dict[str, Any]]:
        """The invitations that were told, as events."""
        query = "SELECT payload FROM outbox WHERE type = 'survey.invitation_sent.v1' ORDER BY seq"
        return [orjson.loads(payload) for (payload,) in await self.rows(query)]

    async def token(self) -> str:
        """The token of the last message."""
        path: str = (await self.sent())[-1]["data"]["path"]
        return path.removeprefix("/s/")

    async def moments(self, invitation_id: UUID, *names: str) -> tuple[datetime | None, ...]:
        """Moments of an invitation."""
        ((*found,),) = await self.rows(f"SELECT {', '.join(names)} FROM invitations WHERE id = :id", id=invitation_id)
        return tuple(found)

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query), values)]
