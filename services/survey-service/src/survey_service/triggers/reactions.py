"""Facts of other services that may ask somebody: read in runs, written with one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.interaction import CaseClosed, PurchaseRecorded
from hamdel.contracts.loyalty import PointsRedeemed
from hamdel.database import UnitOfWork
from hamdel.ids import new_id
from hamdel.messaging import Handler
from hamdel.messaging.consumer.handlers import InBatches
from survey_service.invitations.repository import rows
from survey_service.invitations.repository.rows import Wanted
from survey_service.triggers.active import ActiveTrigger, active_triggers
from survey_service.triggers.domain import Occasion, due_at

__all__ = ["ON_TRIGGERS"]

Seen = Callable[[Event], Occasion | None]


def _purchase(event: Event) -> Occasion:
    fact = event.fact(PurchaseRecorded)
    return Occasion(
        fact="purchase_recorded",
        subject=fact.purchase_id,
        customer_id=fact.customer_id,
        occurred_at=fact.occurred_at,
        categories=[item.category for item in fact.items if item.category],
        amount=fact.total.amount,
        currency=fact.total.currency,
    )


def _case(event: Event) -> Occasion | None:
    """A case that another one absorbed goes on there: nobody is asked about it."""
    fact = event.fact(CaseClosed)
    if fact.merged_into is not None:
        return None
    return Occasion(
        fact="case_closed",
        subject=fact.case_id,
        customer_id=fact.customer_id,
        occurred_at=event.time,
        case_type=fact.type,
        case_origin=fact.origin,
    )


def _redemption(event: Event) -> Occasion:
    fact = event.fact(PointsRedeemed)
    return Occasion(
        fact="points_redeemed",
        subject=fact.redemption_id,
        customer_id=fact.customer_id,
        occurred_at=fact.occurred_at,
    )


def _asking(fact: str, seen: Seen) -> InBatches:
    async def ask(unit: UnitOfWork, events: Sequence[Event]) -> None:
        """Each trigger asks once about what a fact is about, however often it is told."""
        triggers = await active_triggers(unit.connection, fact)
        if not triggers:
            return
        wanted = [one for event in events for one in _wanted(unit, event, seen(event), triggers)]
        if wanted:
            await rows.add(unit.connection, wanted, unit.now, unit.context.actor)

    return InBatches(ask)


def _wanted(
    unit: UnitOfWork, event: Event, occasion: Occasion | None, triggers: Sequence[ActiveTrigger]
) -> list[Wanted]:
    if occasion is None:
        return []
    return [
        Wanted(
            id=new_id(),
            survey_id=trigger.survey_id,
            customer_id=occasion.customer_id,
            trigger_id=trigger.id,
            origin=f"{trigger.id}/{occasion.subject}",
            channel=channel,
            ignore_recontact=trigger.ignore_recontact,
            due_at=due,
            expires_at=None,
            correlation_id=event.correlationid,
            causation_id=str(event.id),
            traceparent=event.traceparent,
        )
        for trigger, channel in triggers
        if (due := due_at(trigger, occasion, unit.now)) is not None
    ]


ON_TRIGGERS: Final[Mapping[str, Handler]] = {
    PurchaseRecorded.fact_type: _asking("purchase_recorded", _purchase),
    CaseClosed.fact_type: _asking("case_closed", _case),
    PointsRedeemed.fact_type: _asking("points_redeemed", _redemption),
}
"""For the subscription to interaction-service and loyalty-service."""
