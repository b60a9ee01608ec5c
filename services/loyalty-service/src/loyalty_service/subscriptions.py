"""The facts loyalty-service reacts to, and what it does then."""

from __future__ import annotations

from typing import Final

from hamdel.contracts.sections import events_topic
from hamdel.customers import REMEMBER_CUSTOMERS
from hamdel.links import FOLLOW_LINKS
from hamdel.messaging import Subscription, joined
from loyalty_service.earning.reactions import ON_PURCHASES
from loyalty_service.enrolment.reactions import ON_ENROLMENT
from loyalty_service.occasions.reactions import ON_SURVEYS
from loyalty_service.refunds.reactions import ON_CORRECTIONS, ON_REFUNDS
from loyalty_service.tiers.reactions import ON_LINKS

__all__ = ["SUBSCRIPTIONS"]

REACTIONS: Final = joined(
    REMEMBER_CUSTOMERS,
    ON_ENROLMENT,
    FOLLOW_LINKS,
    ON_LINKS,
    ON_PURCHASES,
    ON_REFUNDS,
    ON_CORRECTIONS,
    ON_SURVEYS,
)

SUBSCRIPTIONS: Final = (
    Subscription((events_topic("profile"), events_topic("interaction"), events_topic("survey")), REACTIONS),
)
