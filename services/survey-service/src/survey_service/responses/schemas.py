"""Bodies of the response routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from hamdel.context import CallContext
from hamdel.contracts.base import Moment, rfc3339
from hamdel.http import RequestModel, ResponseModel, json_bytes
from survey_service.responses.stepping import Result
from survey_service.responses.submissions import Submission

__all__ = ["Channel", "Language", "PathResource", "ResponseState", "StepBody"]

Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}$")]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Known = Annotated[str, StringConstraints(max_length=500)] | bool | int | float | None


class StepBody(RequestModel):
    """One step of a response. `step` rises: one that is not above the stored one changes nothing. Send every answer
    given so far, so that steps may overtake each other; what is left out stays as it was, and an empty answer (`{}`)
    takes an earlier one back. `version` is that of a response that begins (the current one without it); `attributes` of
    the customer are for conditions and cross tables; `started_at` is believed up to a day before the first step.

    In an anonymous survey `customer_id`, `started_at` and `attributes` are not kept: send the attributes that
    conditions ask for with every step.
    """

    customer_id: UUID | None = None
    language: Language | None = None
    channel: Channel | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    step: Annotated[int, Field(ge=0, le=2**31 - 1)]
    finished: bool = False
    answers: Annotated[dict[Name, Any], Field(max_length=1_000)] = Field(default_factory=dict)
    attributes: Annotated[dict[Name, Known], Field(max_length=50)] = Field(default_factory=dict)
    started_at: AwareDatetime | None = None

    def submission(self, survey_id: UUID, client_id: UUID, context: CallContext) -> Submission:
        """The step as it is taken."""
        return Submission(id=client_id, survey_id=survey_id, context=context, **dict(self))


class PathResource(ResponseModel):
    """Which questions the respondent sees, in order, and which required ones among them are not answered."""

    visible: list[str]
    missing: list[str]


class ResponseState(ResponseModel):
    """A response after a step. `answers` are all that were given while it is open, those on the path once it is
    finished; `dropped` names the others, which were hidden after going back. `version` is that of the survey. Of an
    anonymous response times are noon of the day, in the survey's time zone."""

    id: UUID
    survey_id: UUID
    version: int
    customer_id: UUID | None
    status: Literal["open", "finished"]
    step: int
    path: PathResource
    dropped: list[str]
    answers: dict[str, Any]
    attributes: dict[str, Any] | None
    language: str | None
    channel: str | None
    started_at: Moment
    finished_at: Moment | None
    duration_seconds: int | None
    late: bool
    nps: int | None
    csat: int | None
    ces: int | None

    @classmethod
    def of(cls, result: Result) -> ResponseState:
        """Its public form."""
        response, path = result.response, result.path
        own = {name: getattr(response, name) for name in cls.model_fields if name not in ("id", "path", "dropped")}
        shown = PathResource(visible=list(path.visible), missing=list(path.missing))
        return cls(id=result.id, path=shown, dropped=list(response.dropped), **own)

    @staticmethod
    def bytes_of(result: Result) -> bytes:
        """The JSON of `of`; a model costs more than the rules of the step."""
        response, path = result.response, result.path
        return json_bytes(
            {
                "id": str(result.id),
                "survey_id": str(response.survey_id),
                "version": response.version,
                "customer_id": str(response.customer_id) if response.customer_id else None,
                "status": response.status,
                "step": response.step,
                "path": {"visible": path.visible, "missing": path.missing},
                "dropped": response.dropped,
                "answers": response.answers,
                "attributes": response.attributes,
                "language": response.language,
                "channel": response.channel,
                "started_at": rfc3339(response.started_at),
                "finished_at": rfc3339(response.finished_at) if response.finished_at else None,
                "duration_seconds": response.duration_seconds,
                "late": response.late,
                "nps": response.nps,
                "csat": response.csat,
                "ces": response.ces,
            }
        )
