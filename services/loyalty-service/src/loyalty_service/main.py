"""Wiring only: what loyalty-service is made of."""

from __future__ import annotations

from hamdel.customers import customer_directory
from hamdel.http import ServiceDefinition
from loyalty_service.policy import POLICY
from loyalty_service.section import LoyaltySection
from loyalty_service.subscriptions import SUBSCRIPTIONS

__all__ = ["definition"]


def definition() -> ServiceDefinition:
    """The service without settings; nothing is connected yet."""
    return ServiceDefinition(
        service="loyalty-service",
        short="loyalty",
        title="Hamdel: loyalty",
        routers=(),
        policy=POLICY,
        renderer=LoyaltySection(),
        subscriptions=SUBSCRIPTIONS,
        lifespans=(customer_directory,),
    )
