"""What is handed in: one step of one response, by whom, on the strength of what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from hamdel.context import CallContext
from hamdel.database import UnitOfWork

__all__ = ["Answered", "Submission", "Ticket"]

Answered = Callable[[UnitOfWork, UUID, UUID], Awaitable[None]]
"""Marks an invitation answered, in the transaction that finishes the response: `(unit, invitation_id, response_id)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a token has proved: which version is asked, and whom; `customer_id` and `invitation_id` are None for a
    public link. `attributes` are what is known of the customer, None where nobody could be asked; `correlation_id`
    continues the journey that led to it. Of an anonymous survey nothing of it is kept but the version and the channel,
    and `answered` is not called: whoever redeems the token marks it used in a transaction of its own."""

    survey_id: UUID
    version: int
    invitation_id: UUID | None = None
    customer_id: UUID | None = None
    correlation_id: str | None = None
    channel: str | None = None
    attributes: Mapping[str, Any] | None = None
    answered: Answered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One step. `id` is made by the client; `answers` are raw, as the API has them: what is left out stays as it was,
    an empty answer takes an earlier one back. `version` is that of a new response, None for the current one. With a
    ticket, its customer, channel, version and attributes count and not those given here. `context` is the call that
    brought it, None for that of the unit of work; `started_at` is the client's word for when it began."""

    id: UUID
    survey_id: UUID
    step: int
    finished: bool
    answers: Mapping[str, Any]
    customer_id: UUID | None = None
    language: str | None = None
    channel: str | None = None
    version: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    ticket: Ticket | None = None
    context: CallContext | None = None

    @property
    def customer(self) -> UUID | None:
        """Who answers, if anybody is known."""
        return self.ticket.customer_id if self.ticket else self.customer_id
