"""Wiring only: what survey-service is made of."""

from __future__ import annotations

from typing import Final

from hamdel.customers import customer_directory
from hamdel.http import ServiceDefinition
from hamdel.http.catalogue import add_titles
from survey_service.invitations.background import ask_customers
from survey_service.invitations.public_routes import router as respondents
from survey_service.invitations.routes import router as invitations
from survey_service.pages.routes import router as pages
from survey_service.policy import POLICY
from survey_service.responses.background import prune_responses
from survey_service.responses.routes import router as responses
from survey_service.results.routes import router as results
from survey_service.section import SurveysSection
from survey_service.subscriptions import SUBSCRIPTIONS
from survey_service.surveys.routes import router as surveys
from survey_service.triggers.routes import router as triggers

__all__ = ["definition"]

TITLES: Final = {
    "survey-exists": ("The survey's code is taken", "نظرسنجی‌ای با این کد هست"),
    "unknown-survey": ("There is no such survey", "چنین نظرسنجی‌ای وجود ندارد"),
    "unknown-survey-version": ("There is no such version of the survey", "این نسخه از نظرسنجی وجود ندارد"),
    "survey-closed": ("The survey is closed", "این نظرسنجی بسته شده است"),
    "survey-not-published": ("The survey is not published", "این نظرسنجی منتشر نشده است"),
    "response-taken": ("The id belongs to another response", "این شناسه از آنِ پاسخ دیگری است"),
    "response-finished": ("The response is finished", "این پاسخ پایان یافته است"),
    "unknown-response": ("There is no such response", "چنین پاسخی وجود ندارد"),
    "empty-response": ("Nothing is answered", "به هیچ پرسشی پاسخ داده نشده است"),
    "incomplete-response": ("A required question is not answered", "به پرسشی که پاسخش لازم است پاسخ داده نشده است"),
    "incomplete-translations": ("Texts are missing in a declared language", "ترجمهٔ برخی متن‌ها کامل نیست"),
    "trigger-exists": ("The trigger's code is taken", "محرکی با این کد هست"),
    "unknown-trigger": ("There is no such trigger", "چنین محرکی وجود ندارد"),
    "unknown-survey-token": ("This survey link is not known", "این پیوند نظرسنجی شناخته نشد"),
    "survey-token-used": ("The invitation was answered already", "به این دعوت پیش‌تر پاسخ داده شده است"),
    "survey-token-expired": ("The invitation is over", "مهلت این دعوت به پایان رسیده است"),
}
"""The words of this service's own problems, in English and Persian."""


def definition() -> ServiceDefinition:
    """The service without settings; nothing is connected yet."""
    add_titles(TITLES)
    return ServiceDefinition(
        service="survey-service",
        short="survey",
        title="Hamdel: surveys",
        # a request meets the routers in this order: the one that is asked most comes first
        routers=(
            responses,
            surveys,
            results,
            triggers,
            invitations,
            respondents,
            pages,
        ),
        policy=POLICY,
        renderer=SurveysSection(),
        subscriptions=SUBSCRIPTIONS,
        background=(prune_responses, ask_customers),
        lifespans=(customer_directory,),
    )
