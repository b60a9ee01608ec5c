"""What interaction-service subscribes to, and what it does then."""

from __future__ import annotations

from typing import Final

from hamdel.contracts.sections import events_topic
from hamdel.customers import REMEMBER_CUSTOMERS
from hamdel.links import FOLLOW_LINKS
from hamdel.messaging import Subscription, joined
from interaction_service.cases.reactions import ON_RELATIONSHIPS
from interaction_service.delivery.reactions import ON_INVITATIONS
from interaction_service.rules.reactions import RULED
from interaction_service.sla.reactions import ON_TIERS
from interaction_service.timeline.reactions import ON_TIMELINE

__all__ = ["SUBSCRIPTIONS"]

REACTIONS: Final = joined(
    REMEMBER_CUSTOMERS, FOLLOW_LINKS, ON_TIMELINE, ON_TIERS, ON_RELATIONSHIPS, RULED, ON_INVITATIONS
)

SUBSCRIPTIONS: Final = (
    Subscription((events_topic("profile"), events_topic("survey"), events_topic("loyalty")), REACTIONS),
)
