"""Bodies of templates, messages and delivery reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import orjson
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from interaction_service.delivery.domain import CHANNELS, LANGUAGES, STATUSES
from interaction_service.delivery.rendering import Rendered, required
from interaction_service.delivery.repository.messages import AttemptRow, Message, Report
from interaction_service.delivery.repository.templates import Template
from interaction_service.delivery.templating import Content
from interaction_service.recording.schemas import Attributes, HappenedAt

__all__ = [
    "DeliveryReport",
    "MessageResource",
    "MessageStatus",
    "MessageSummary",
    "PreviewBody",
    "PreviewResource",
    "TemplateBody",
    "TemplateContent",
    "TemplateResource",
]

DeliveryChannel = Literal[CHANNELS]  # type: ignore[valid-type]
Language = Literal[LANGUAGES]  # type: ignore[valid-type]
MessageStatus = Literal[STATUSES]  # type: ignore[valid-type]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,99}$")]
Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Source = Annotated[str, StringConstraints(min_length=1, max_length=50_000)]


class TextBody(RequestModel):
    """A message in one language, with variables as `{{ name }}`. `body_html` is the inside of a page, for e-mail."""

    subject: Subject | None = None
    body_text: Source
    body_html: Source | None = None


class TemplateContent(RequestModel):
    """`fallbacks` are the words that stand for a variable nobody gave, by language: `{"name": {"fa": …, "en": …}}`. A
    variable without one must be given, or the message is not sent. `persian_digits`: numbers in Persian texts are
    written with Persian digits."""

    purpose: Purpose
    texts: Annotated[dict[Language, TextBody], Field(min_length=1)]
    fallbacks: Annotated[dict[Variable, dict[Language, str]], Field(max_length=100)] = Field(default_factory=dict)
    persian_digits: bool = True

    def content(self) -> Content:
        """In the words of the use case."""
        return Content(
            purpose=self.purpose,
            texts={language: text.model_dump(exclude_none=True) for language, text in self.texts.items()},
            fallbacks=self.fallbacks,
            persian_digits=self.persian_digits,
        )

    def fits(self, channel: str) -> None:
        """Raises a validation error for an e-mail without a subject and for HTML on another channel."""
        for text in self.texts.values():
            if channel == "email" and text.subject is None:
                raise PydanticCustomError("subject_missing", "an e-mail needs a subject")
            if channel != "email" and text.body_html is not None:
                raise PydanticCustomError("html_for_email", "only an e-mail has HTML")


class TemplateBody(TemplateContent):
    """A new template; a code may have one for each channel."""

    code: Code
    channel: DeliveryChannel

    @model_validator(mode="after")
    def _whole(self) -> Self:
        self.fits(self.channel)
        return self


class TextResource(ResponseModel):
    """A message in one language."""

    subject: str | None = None
    body_text: str
    body_html: str | None = None


class TemplateResource(ResponseModel):
    """A template in one version. `required` names the variables that whoever sends it must give."""

    id: UUID
    code: str
    channel: str
    version: int
    purpose: str
    texts: dict[str, TextResource]
    fallbacks: dict[str, dict[str, str]]
    required: list[str]
    persian_digits: bool
    created_at: Moment
    created_by: str

    @classmethod
    def of(cls, template: Template) -> TemplateResource:
        """The public form."""
        return cls(
            id=template.id,
            code=template.code,
            channel=template.channel,
            version=template.version,
            purpose=template.purpose,
            texts={language: TextResource(**fields) for language, fields in template.texts.items()},
            fallbacks=template.fallbacks,
            required=required(template.texts, template.fallbacks),
            persian_digits=template.persian_digits,
            created_at=template.created_at,
            created_by=template.created_by,
        )


class PreviewBody(RequestModel):
    """What to fill the newest version with."""

    language: Language
    variables: Attributes = Field(default_factory=dict)


class PreviewResource(ResponseModel):
    """The message as it would leave."""

    language: str
    subject: str | None
    body_text: str
    body_html: str | None

    @classmethod
    def of(cls, text: Rendered) -> PreviewResource:
        """The public form."""
        return cls(language=text.language, subject=text.subject, body_text=text.body_text, body_html=text.body_html)


class MessageSummary(ResponseModel):
    """A message in the queue, or on its way out of it. `reason` is a stable code. `address` is set where it was fixed
    when the message was put in; phone numbers are masked for agents and analysts without the scope `pii:read`."""

    id: UUID
    key: str
    customer_id: UUID
    channel: str
    purpose: str
    transactional: bool
    template: str | None
    template_version: int | None
    variables: dict[str, Any]
    subject: str | None
    body: str | None
    language: str | None
    address: str | None
    status: str
    reason: str | None
    not_before: Moment | None
    next_attempt_at: Moment | None
    attempts_made: int
    provider_message_id: str | None
    sent_at: Moment | None
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, message: Message, *, in_full: bool) -> MessageSummary:
        """`in_full`: whether the reader may see whole phone numbers."""
        return cls(**_fields(message, in_full=in_full))


class AttemptResource(ResponseModel):
    """One attempt. Without `finished_at` it is under way, or its process died: whether it arrived is not known."""

    number: int
    started_at: Moment
    finished_at: Moment | None
    outcome: str | None
    reason: str | None


class MessageResource(MessageSummary):
    """A message with all its attempts, in order."""

    attempts: list[AttemptResource]

    @classmethod
    def whole(cls, message: Message, attempts: Sequence[AttemptRow], *, in_full: bool) -> MessageResource:
        """`in_full`: whether the reader may see whole phone numbers."""
        rows = [
            AttemptResource(
                number=each.number,
                started_at=each.started_at,
                finished_at=each.finished_at,
                outcome=each.outcome,
                reason=each.reason,
            )
            for each in attempts
        ]
        return cls(**_fields(message, in_full=in_full), attempts=rows)


class DeliveryReport(RequestModel):
    """What a provider says of a message, named by our id (`message_id`, which every call to a provider carries) or by
    its own. A bounce that may heal is not `hard`: the address is used again."""

    message_id: UUID | None = None
    provider_message_id: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    status: Literal["delivered", "bounced", "complained"]
    at: HappenedAt
    hard: bool = True

    @property
    def suppresses(self) -> bool:
        """Whether the address must not be used again."""
        return self.status == "complained" or (self.status == "bounced" and self.hard)

    def report(self) -> Report:
        """In the words of the use case: who complains has got the message."""
        status = "bounced" if self.status == "bounced" else "delivered"
        reason = {"bounced": "hard-bounce" if self.hard else "soft-bounce", "complained": "complaint"}.get(self.status)
        return Report(self.message_id, self.provider_message_id, status, reason, self.at)


def _fields(message: Message, *, in_full: bool) -> dict[str, Any]:
    names = [name for name in MessageSummary.model_fields if name not in ("variables", "address", "attempts_made")]
    address = message.address
    if address is not None and message.channel == "sms" and not in_full:
        address = "*" * max(len(address) - 4, 0) + address[-4:]
    return {name: getattr(message, name) for name in names} | {
        "variables": orjson.loads(message.variables),
        "address": address,
        "attempts_made": message.attempts,
    }
