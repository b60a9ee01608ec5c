"""Request and response bodies of enrolment and cards."""

from __future__ import annotations

from typing import Literal, Self
from uuid import UUID

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from loyalty_service.enrolment.cards.domain import Card
from loyalty_service.enrolment.service import Membership

__all__ = ["CardResource", "MembershipResource", "ProgramChoice"]


class ProgramChoice(RequestModel):
    """Which programme."""

    program_id: UUID


class MembershipResource(ResponseModel):
    """A membership; `card` is the number issued with it, null where it was there before or has none."""

    program_id: UUID
    customer_id: UUID
    enrolled_at: Moment
    card: str | None
    version: int

    @classmethod
    def of(cls, membership: Membership) -> Self:
        """The resource of a membership."""
        return cls(**{name: getattr(membership, name) for name in cls.model_fields})


class CardResource(ResponseModel):
    """A card; `registered` once profile-service finds the customer by its number."""

    id: UUID
    program_id: UUID
    customer_id: UUID
    number: str
    status: Literal["waiting", "registered"]
    issued_at: Moment

    @classmethod
    def of(cls, card: Card) -> Self:
        """The resource of a card."""
        same = {name: getattr(card, name) for name in ("id", "program_id", "customer_id", "number", "issued_at")}
        return cls(**same, status="registered" if card.registered_at else "waiting")
