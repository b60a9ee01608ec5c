"""Facts of survey-service. Scores and ids only: what people wrote in their own words stays in the service."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from hamdel.contracts.base import Fact, Moment

__all__ = ["FACTS", "DetractorDetected", "InvitationSent", "ResponseSubmitted", "SurveyClosed", "SurveyPublished"]


class SurveyPublished(Fact):
    """A version of a survey is published: from now on it is answered, by those who begin. The subject is the survey,
    not a customer, and no section follows."""

    fact_type: ClassVar[str] = "survey.survey_published.v1"
    survey_id: UUID
    survey_code: str
    survey_version: int
    published_at: Moment


class SurveyClosed(Fact):
    """A survey is closed for good: nobody is asked any more. The subject is the survey, not a customer, and no section
    follows."""

    fact_type: ClassVar[str] = "survey.survey_closed.v1"
    survey_id: UUID
    survey_code: str
    survey_version: int
    closed_at: Moment


class InvitationSent(Fact):
    """A customer is asked to answer a survey; interaction-service's delivery queue carries it.

    `channel` is email, sms or push; `path` is the respondent's page below the public address (`/s/<token>`), valid
    until `expires_at` and for one response. `reminder` counts 0 for the first message.
    """

    fact_type: ClassVar[str] = "survey.invitation_sent.v1"
    invitation_id: UUID
    survey_id: UUID
    survey_code: str
    customer_id: UUID
    channel: str
    language: str | None = None
    path: str
    expires_at: Moment
    reminder: int = 0


class ResponseSubmitted(Fact):
    """A response is finished. Scores where the survey asks for them: `nps` 0 to 10, `csat` and `ces` on the scale
    from `csat_min`, `ces_min` to `csat_max`, `ces_max`."""

    fact_type: ClassVar[str] = "survey.response_submitted.v1"
    response_id: UUID
    survey_id: UUID
    survey_code: str
    survey_version: int
    customer_id: UUID
    channel: str | None = None
    language: str | None = None
    submitted_at: Moment
    nps: int | None = None
    csat: int | None = None
    csat_min: int | None = None
    csat_max: int | None = None
    ces: int | None = None
    ces_min: int | None = None
    ces_max: int | None = None


class DetractorDetected(Fact):
    """A customer would not recommend us: `nps` is 0 to 6."""

    fact_type: ClassVar[str] = "survey.detractor_detected.v1"
    response_id: UUID
    survey_id: UUID
    survey_code: str
    customer_id: UUID
    nps: int
    submitted_at: Moment


FACTS: Final[tuple[type[Fact], ...]] = (
    SurveyPublished,
    SurveyClosed,
    InvitationSent,
    ResponseSubmitted,
    DetractorDetected,
)
