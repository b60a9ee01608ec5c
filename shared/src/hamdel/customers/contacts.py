"""Who may be written to now, and where: asked of profile-service for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hamdel.customers.client import post_to_profile
from hamdel.customers.directory import UnreachableError
from hamdel.http.services import Services

__all__ = ["Contact", "ContactQuestion", "ContactsClient", "consent_channel"]

SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class ContactQuestion:
    """May this customer be written to for the purpose on the channel (`email`, `sms`, `push`)?"""

    customer_id: UUID
    purpose: str
    channel: str


@dataclass(frozen=True, slots=True)
class Contact:
    """The answer. `reason` is profile-service's own code (`consent-granted`, `quiet-hours`, `unknown-customer` …);
    `next_allowed_at` is set where waiting helps; `addresses` come with the newest first."""

    allowed: bool
    reason: str
    next_allowed_at: datetime | None = None
    addresses: tuple[str, ...] = ()
    language: str | None = None
    names: tuple[tuple[str, str], ...] = ()


class ContactsClient:
    """Asks `POST /internal/customers/contacts` with this service's own token, for at most five seconds."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, questions: Sequence[ContactQuestion]) -> list[Contact]:
        """One answer per question, in their order; at most 500. Raises UnreachableError for every other answer than
        a whole one: nobody is written to on a guess."""
        body = {"items": [_item(each) for each in questions]}
        answer = await post_to_profile(self._services, "contacts", body, SECONDS)
        try:
            found = [_contact(item) for item in answer["items"]]
        except (ValueError, KeyError, TypeError) as error:
            raise UnreachableError(type(error).__name__) from error
        if len(found) != len(questions):
            raise UnreachableError("profile-service answered another number of questions")
        return found


def consent_channel(channel: str) -> str:
    """The channel as consents and the timeline name it: a push message reaches the app."""
    return "app" if channel == "push" else channel


def _item(question: ContactQuestion) -> dict[str, Any]:
    channel = consent_channel(question.channel)
    return {"customer_id": str(question.customer_id), "purpose": question.purpose, "channel": channel}


def _contact(item: dict[str, Any]) -> Contact:
    at, name = item["next_allowed_at"], item["name"] or {}
    return Contact(
        allowed=item["allowed"] is True,
        reason=str(item["reason"]),
        next_allowed_at=datetime.fromisoformat(at) if at else None,
        addresses=tuple(item["addresses"]),
        language=item["language"],
        names=tuple((f"{part}_name", text) for part, text in name.items() if text),
    )
