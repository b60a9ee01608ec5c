"""Answered surveys of survey-service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from hamdel.contracts.envelope import Event
from hamdel.contracts.survey import ResponseSubmitted
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler, InBatches
from loyalty_service.enrolment.service import enrol
from loyalty_service.ledger.service import lock_families
from loyalty_service.occasions import repository
from loyalty_service.occasions.service import Occasion, grant
from loyalty_service.programs.service import active_programs

__all__ = ["ON_SURVEYS", "on_responses"]


async def on_responses(unit: UnitOfWork, events: Sequence[Event]) -> None:
    """A finished response earns what the rules say, once; automatic programmes enrol who answered."""
    told = {UUID(event.data["response_id"]): _occasion(event) for event in events}
    await lock_families(unit, {one.customer_id for one in told.values()})
    new = await repository.note_responses(unit.connection, told, unit.now)
    occasions = [one for response_id, one in told.items() if response_id in new]
    if occasions:
        for program in await active_programs(unit.connection):
            if program.enrolment == "automatic":
                await enrol(unit, program, {one.customer_id for one in occasions})
            await grant(unit, program, occasions)


def _occasion(event: Event) -> Occasion:
    data = event.data
    key = f"survey:{data['response_id']}"
    return Occasion(
        "survey",
        UUID(data["customer_id"]),
        datetime.fromisoformat(data["submitted_at"]),
        lambda _: key,
        survey_id=UUID(data["survey_id"]),
        event=event,
    )


ON_SURVEYS: Final[Mapping[str, Handler]] = {ResponseSubmitted.fact_type: InBatches(on_responses)}
"""For the subscription to survey.events."""
