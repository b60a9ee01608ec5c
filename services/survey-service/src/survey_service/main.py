"""Wiring only: what survey-service is made of."""

from __future__ import annotations

from hamdel.customers import customer_directory
from hamdel.http import ServiceDefinition
from survey_service.policy import POLICY
from survey_service.section import SurveysSection
from survey_service.subscriptions import SUBSCRIPTIONS

__all__ = ["definition"]


def definition() -> ServiceDefinition:
    """The service without settings; nothing is connected yet."""
    return ServiceDefinition(
        service="survey-service",
        short="survey",
        title="Hamdel: surveys",
        routers=(),
        policy=POLICY,
        renderer=SurveysSection(),
        subscriptions=SUBSCRIPTIONS,
        lifespans=(customer_directory,),
    )
