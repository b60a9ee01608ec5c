"""What follows a message that left: its place on the timeline; and what follows an unsubscription."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import aiohttp
import orjson
import structlog

from hamdel.contracts.base import rfc3339
from hamdel.customers import consent_channel
from hamdel.database import UnitOfWork
from hamdel.http import Services
from interaction_service.delivery.repository import messages, refusals
from interaction_service.delivery.repository.messages import Sent
from interaction_service.delivery.repository.refusals import Unsubscription
from interaction_service.delivery.worker import system
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.schemas import InteractionBody
from interaction_service.interactions.service import InteractionStore

__all__ = ["put_on_timeline", "tell_profile", "withdrawal"]

log = structlog.get_logger(__name__)

AT_ONCE: Final = 200
TOLD_AT_ONCE: Final = 20
AGAIN: Final = timedelta(seconds=30)
SECONDS: Final = 3.0
SETTLED: Final = frozenset({200, 404})
"""404: profile-service does not know the customer, so there is no consent that could be withdrawn."""

STORE: Final = InteractionStore()


async def put_on_timeline(services: Services) -> int:
    """Records messages that left as outbound touches of their customers, at most 200 in one transaction; gives how
    many. A message is the external id of its interaction, so none is recorded twice."""
    async with services.units(system()) as unit:
        sent = await messages.sent_untold(unit.connection, AT_ONCE)
        if sent:
            await _record(unit, [_touch(each) for each in sent])
            await messages.on_timeline(unit.connection, [each.id for each in sent])
    return len(sent)


async def tell_profile(services: Services) -> int:
    """Withdraws at profile-service the consents that people unsubscribed from; what fails is tried again later. Gives
    how many there were."""
    async with services.units(system()) as unit:
        waiting = await refusals.untold(unit.connection, unit.now, TOLD_AT_ONCE)
        for each in waiting:
            if await _told(services, each):
                await refusals.told(unit.connection, each.message_id, unit.now)
            else:
                await refusals.put_off(unit.connection, each.message_id, unit.now + AGAIN)
    return len(waiting)


def withdrawal(unsubscription: Unsubscription) -> dict[str, Any]:
    """The body of `PUT /v1/customers/{id}/consents`."""
    return {
        "purpose": unsubscription.purpose,
        "channel": consent_channel(unsubscription.channel),
        "status": "withdrawn",
        "source": "unsubscribe-link",
        "evidence": {
            "message_id": str(unsubscription.message_id),
            "asked_at": rfc3339(unsubscription.asked_at),
        },
    }


async def _record(unit: UnitOfWork, touches: list[Interaction]) -> None:
    await unit.lock_streams({each.customer_id for each in touches})
    created = await STORE.insert(unit.connection, sorted(touches, key=lambda each: each.external_id or ""))
    for each in touches:
        if each.id in created:
            unit.record_data(each.customer_id, STORE.fact_type, STORE.fact(each), occurred_at=each.occurred_at)


def _touch(sent: Sent) -> Interaction:
    body = {
        "customer_id": str(sent.customer_id),
        "channel": consent_channel(sent.channel),
        "direction": "outbound",
        "kind": "message",
        "occurred_at": rfc3339(sent.sent_at),
        "source": "delivery",
        "external_id": str(sent.id),
        "subject": sent.subject,
        "body": sent.body,
        "outcome": "sent",
        "attributes": {"purpose": sent.purpose} | ({"template": sent.template} if sent.template else {}),
    }
    return InteractionBody.model_validate(body).record(sent.sent_at)


async def _told(services: Services, unsubscription: Unsubscription) -> bool:
    base = services.settings.profile_url
    if base is None:
        return False
    try:
        async with services.http.put(
            f"{base.rstrip('/')}/v1/customers/{unsubscription.customer_id}/consents",
            data=orjson.dumps(withdrawal(unsubscription)),
            headers=services.service_headers() | {"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        ) as response:
            if response.status not in SETTLED:
                log.warning("unsubscription_not_taken", status=response.status)
            return response.status in SETTLED
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
