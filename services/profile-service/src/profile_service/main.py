"""Wiring: routers, policy, section and subscriptions make profile-service."""

from __future__ import annotations

from hamdel.http import ServiceDefinition
from hamdel.http.catalogue import add_titles
from profile_service.customers.routes import internal
from profile_service.customers.routes import router as customers
from profile_service.history.routes import router as history
from profile_service.identifiers.routes import router as identifiers
from profile_service.policy import POLICY
from profile_service.section import ProfileSection
from profile_service.subscriptions import SUBSCRIPTIONS

__all__ = ["definition"]

TITLES = {
    "identifier-taken": ("The identifier belongs to another customer", "این شناسه از آنِ مشتری دیگری است"),
    "invalid-identifier": ("The identifier is not valid", "شناسه معتبر نیست"),
}


def definition() -> ServiceDefinition:
    """Everything the application of profile-service is made of."""
    add_titles(TITLES)
    return ServiceDefinition(
        service="profile-service",
        short="profile",
        title="Hamdel profiles",
        routers=(customers, identifiers, history, internal),
        policy=POLICY,
        renderer=ProfileSection(),
        subscriptions=SUBSCRIPTIONS,
    )
