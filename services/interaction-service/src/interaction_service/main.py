"""Wiring: routers, policy, section, subscriptions and the customer directory make interaction-service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from hamdel.http import ServiceDefinition, Services
from hamdel.http.catalogue import add_titles
from interaction_service.customers.profile import ProfileClient
from interaction_service.customers.service import CustomerDirectory
from interaction_service.interactions.routes import router as interactions
from interaction_service.policy import POLICY
from interaction_service.purchases.routes import router as purchases
from interaction_service.section import InteractionsSection
from interaction_service.subscriptions import SUBSCRIPTIONS
from interaction_service.timeline.routes import router as timeline

__all__ = ["definition"]


TITLES: Final = {
    "external-id-taken": ("The external id is taken", "این شناسهٔ بیرونی پیش‌تر به کار رفته است"),
    "unknown-interaction": ("There is no such interaction", "چنین تعاملی وجود ندارد"),
    "unknown-purchase": ("There is no such purchase", "چنین خریدی وجود ندارد"),
    "profile-unreachable": ("The customer cannot be checked at the moment", "بررسی مشتری فعلاً ممکن نیست"),
}
"""The words of this service's own problems, in English and Persian."""


@asynccontextmanager
async def customer_directory(services: Services) -> AsyncIterator[None]:
    """Makes the directory that routes find in `services.extras`."""
    services.extras["customers"] = CustomerDirectory(ProfileClient(services))
    yield


def definition() -> ServiceDefinition:
    """Everything the application of interaction-service is made of."""
    add_titles(TITLES)
    return ServiceDefinition(
        service="interaction-service",
        short="interaction",
        title="Hamdel interactions",
        routers=(interactions, purchases, timeline),
        policy=POLICY,
        renderer=InteractionsSection(),
        subscriptions=SUBSCRIPTIONS,
        lifespans=(customer_directory,),
    )
