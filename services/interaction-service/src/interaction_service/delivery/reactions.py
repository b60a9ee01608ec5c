"""What delivery does about facts of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.survey import InvitationSent
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler
from interaction_service.delivery.domain import CHANNELS, MessageDraft
from interaction_service.delivery.service import enqueue

__all__ = ["ON_INVITATIONS", "on_invitation_sent"]


async def on_invitation_sent(unit: UnitOfWork, event: Event) -> None:
    """The invitation goes into the queue; each reminder is a message of its own. A channel that no message leaves by is
    somebody else's."""
    fact = event.fact(InvitationSent)
    if fact.channel not in CHANNELS:
        return
    draft = MessageDraft(
        customer_id=fact.customer_id,
        channel=fact.channel,
        purpose="survey",
        template="survey-invitation",
        variables={"path": fact.path, "survey_code": fact.survey_code},
        language=fact.language,
        key=f"survey-invitation/{fact.invitation_id}/{fact.reminder}",
    )
    await enqueue(unit, draft)


ON_INVITATIONS: Final[Mapping[str, Handler]] = {InvitationSent.fact_type: on_invitation_sent}
"""For the subscription of interaction-service."""
