"""Request and response bodies of interactions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import orjson
from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment, rfc3339
from hamdel.http import RequestModel, ResponseModel
from hamdel.ids import new_id
from interaction_service.conversations.contacts import MAX_CONTACT, canonical_contact
from interaction_service.interactions.attachments import Attachment, Attachments
from interaction_service.interactions.domain import DIRECTIONS, Interaction
from interaction_service.interactions.kinds import check_attributes
from interaction_service.recording.domain import UNCOMPARED, fingerprint
from interaction_service.recording.schemas import Attributes, Channel, HappenedAt, Name, Source, Word

__all__ = ["InteractionBody", "InteractionResource", "resource_of"]

Direction = Literal[DIRECTIONS]  # type: ignore[valid-type]


class InteractionBody(RequestModel):
    """One touchpoint. `occurred_at` is RFC 3339 with an offset; `external_id` is unique per `source`.
    `contact` is the address a message came from: it joins the conversation of that address.
    The attributes of a `page_view`, a `location` and an `interview` have a known shape (`interactions.kinds`)."""

    customer_id: UUID
    channel: Channel
    direction: Direction
    kind: Word
    occurred_at: HappenedAt
    source: Source = "api"
    external_id: Name | None = None
    subject: Annotated[str, StringConstraints(max_length=500)] | None = None
    body: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    agent_id: Name | None = None
    duration_seconds: Annotated[int, Field(strict=True, ge=0, le=31_536_000)] | None = None
    outcome: Name | None = None
    attributes: Attributes = Field(default_factory=dict)
    contact: Annotated[str, StringConstraints(min_length=1, max_length=MAX_CONTACT)] | None = None
    attachments: Attachments = Field(default_factory=list)

    @field_validator("contact")
    @classmethod
    def _canonical(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None or "channel" not in info.data:
            return value
        try:
            return canonical_contact(info.data["channel"], value)
        except ValueError as error:
            raise PydanticCustomError("contact", "is no address of the channel") from error

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        check_attributes(self.kind, self.attributes)
        return self

    def record(self, now: datetime) -> Interaction:
        """The record to store, with a new id."""
        told = (
            self.customer_id,
            self.source,
            self.external_id,
            self.occurred_at,
            self.channel,
            self.direction,
            self.kind,
            self.subject,
            self.body,
            self.agent_id,
            self.duration_seconds,
            self.outcome,
            orjson.dumps(self.attributes, option=orjson.OPT_SORT_KEYS).decode() if self.attributes else "{}",
        )
        files = orjson.dumps(self.attachments, option=orjson.OPT_SORT_KEYS).decode() if self.attachments else None
        same = UNCOMPARED if self.external_id is None else fingerprint(*told, self.contact, files)
        return Interaction(new_id(), *told, same, now, contact=self.contact, attachments=files or "[]")


class InteractionResource(ResponseModel):
    """A stored touchpoint; never changed afterwards, so `version` stays 1."""

    id: UUID
    customer_id: UUID
    source: str
    external_id: str | None
    occurred_at: Moment
    channel: str
    direction: str
    kind: str
    subject: str | None
    body: str | None
    agent_id: str | None
    duration_seconds: int | None
    outcome: str | None
    attributes: dict[str, Any]
    attachments: list[Attachment]
    received_at: Moment
    recorded_at: Moment
    version: int
    conversation_id: UUID | None
    position: int | None


def resource_of(record: Interaction) -> dict[str, Any]:
    """`InteractionResource` as orjson takes it: the stored JSON is not parsed, ids are text (orjson does not know the
    driver's own kind of UUID)."""
    resource = record._asdict()
    del resource["fingerprint"], resource["contact"]
    resource["id"], resource["customer_id"] = str(record.id), str(record.customer_id)
    resource["occurred_at"] = rfc3339(record.occurred_at)
    resource["received_at"] = resource["recorded_at"] = rfc3339(record.recorded_at)
    resource["attributes"] = orjson.Fragment(record.attributes)
    resource["attachments"] = orjson.Fragment(record.attachments)
    if record.conversation_id is not None:
        resource["conversation_id"] = str(record.conversation_id)
    return resource
