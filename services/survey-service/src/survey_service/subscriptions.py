"""What survey-service subscribes to, and what it does then."""

from __future__ import annotations

from typing import Final

from hamdel.contracts.sections import events_topic
from hamdel.customers import REMEMBER_CUSTOMERS
from hamdel.links import FOLLOW_LINKS
from hamdel.messaging import Subscription, joined
from survey_service.triggers.reactions import ON_TRIGGERS

__all__ = ["SUBSCRIPTIONS"]

REACTIONS: Final = joined(REMEMBER_CUSTOMERS, FOLLOW_LINKS, ON_TRIGGERS)

SUBSCRIPTIONS: Final = (
    Subscription((events_topic("profile"), events_topic("interaction"), events_topic("loyalty")), REACTIONS),
)
