"""Bodies of invitations and links."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from survey_service.invitations.domain import CHANNELS, STATUSES, Invitation, Link
from survey_service.invitations.repository.rows import Wanted
from survey_service.invitations.service import ByHand, LinkDraft

__all__ = [
    "AskedBody",
    "AskedResource",
    "InvitationChannel",
    "InvitationResource",
    "InvitationStatus",
    "LinkBody",
    "LinkResource",
    "MadeLink",
]

InvitationChannel = Literal[CHANNELS]  # type: ignore[valid-type]
InvitationStatus = Literal[STATUSES]  # type: ignore[valid-type]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=50, strip_whitespace=True)]


class AskedBody(RequestModel):
    """Whom to ask, at most 500; `channel` is the survey's own where it is left out, `expires_at` as the survey says."""

    customer_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    channel: InvitationChannel | None = None
    expires_at: AwareDatetime | None = None

    def by_hand(self) -> ByHand:
        """The body as the service names it."""
        return ByHand(self.customer_ids, self.channel, self.expires_at)


class AskedItem(ResponseModel):
    """An invitation that waits for the gates."""

    id: UUID
    customer_id: UUID
    status: Literal["waiting"] = "waiting"


class AskedResource(ResponseModel):
    """One invitation per customer, in order; a customer named twice has one."""

    items: list[AskedItem]

    @classmethod
    def of(cls, made: list[Wanted]) -> AskedResource:
        """Its public form."""
        return cls(items=[AskedItem(id=one.id, customer_id=one.customer_id) for one in made])


class InvitationResource(ResponseModel):
    """An invitation and what became of it; `reason` says why it waits, was refused, or is not reminded of."""

    id: UUID
    survey_id: UUID
    customer_id: UUID
    trigger_id: UUID | None
    channel: str
    language: str | None
    status: str
    reason: str | None
    due_at: Moment
    sent_at: Moment | None
    reminders: int
    opened_at: Moment | None
    answered_at: Moment | None
    expires_at: Moment | None
    response_id: UUID | None
    created_at: Moment
    created_by: str

    @classmethod
    def of(cls, invitation: Invitation) -> InvitationResource:
        """Its public form."""
        return cls(**{name: getattr(invitation, name) for name in cls.model_fields})


class LinkBody(RequestModel):
    """A link for many: in a language, under a channel's name in the results, until a moment, for so many."""

    language: Language | None = None
    channel: Name | None = None
    expires_at: AwareDatetime | None = None
    maximum: Annotated[int, Field(ge=1, le=10_000_000)] | None = None

    def draft(self) -> LinkDraft:
        """The body as the service names it."""
        expires_at: datetime | None = self.expires_at
        return LinkDraft(self.language, self.channel, expires_at, self.maximum)


class LinkResource(ResponseModel):
    """A link without its token."""

    id: UUID
    survey_id: UUID
    language: str | None
    channel: str | None
    expires_at: Moment | None
    maximum: int | None
    answers: int
    created_at: Moment
    created_by: str

    @classmethod
    def of(cls, link: Link) -> LinkResource:
        """Its public form."""
        return cls(**{name: getattr(link, name) for name in cls.model_fields})


class MadeLink(LinkResource):
    """A new link; `token` and `path` (below the public address) are told this once."""

    token: str
    path: str

    @classmethod
    def with_token(cls, link: Link, token: str) -> MadeLink:
        """Its public form."""
        known = {name: getattr(link, name) for name in LinkResource.model_fields}
        return cls(**known, token=token, path=f"/s/{token}")
