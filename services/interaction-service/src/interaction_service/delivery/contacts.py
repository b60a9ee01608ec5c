"""Who may be written to now, and where: asked of profile-service for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import aiohttp
import orjson

from hamdel.customers import UnreachableError
from hamdel.http import Services
from interaction_service.delivery.domain import consent_channel

__all__ = ["Contact", "ContactsClient", "Question"]

SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Question:
    """May this customer be written to for the purpose on the channel?"""

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

    async def __call__(self, questions: Sequence[Question]) -> list[Contact]:
        """One answer per question, in their order; at most 500. Raises UnreachableError for every other answer than
        a whole one: nobody is written to on a guess."""
        base = self._services.settings.profile_url
        if base is None:
            raise UnreachableError("HAMDEL_PROFILE_URL is not set")
        try:
            async with self._services.http.post(
                f"{base.rstrip('/')}/internal/customers/contacts",
                data=orjson.dumps({"items": [_item(each) for each in questions]}),
                headers=self._services.service_headers() | {"Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            ) as response:
                if response.status != 200:
                    raise UnreachableError(f"profile-service answered {response.status}")
                found = [_contact(item) for item in orjson.loads(await response.read())["items"]]
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            raise UnreachableError(type(error).__name__) from error
        if len(found) != len(questions):
            raise UnreachableError("profile-service answered another number of questions")
        return found


def _item(question: Question) -> dict[str, Any]:
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
