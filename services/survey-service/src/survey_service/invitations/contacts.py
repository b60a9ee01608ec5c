"""Who may be asked now: profile-service's answer for many at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import aiohttp
import orjson

from hamdel.customers import UnreachableError
from hamdel.http import Services
from survey_service.invitations.domain import Consent

__all__ = ["ConsentClient", "ConsentQuestion", "Consents"]

SECONDS: Final = 5.0


class ConsentQuestion(NamedTuple):
    """May this customer be written to for the purpose on the channel?"""

    customer_id: UUID
    purpose: str
    channel: str


Consents = Callable[[Sequence[ConsentQuestion]], Awaitable[list[Consent]]]
"""One answer per question, in their order; at most 500. Raises UnreachableError for every other answer than a whole
one: nobody is asked on a guess."""


class ConsentClient:
    """Asks `POST /internal/customers/contacts` with this service's own token, for at most five seconds."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, questions: Sequence[ConsentQuestion]) -> list[Consent]:
        """As `Consents` says."""
        try:
            found = [_consent(item) for item in (await self._answer(questions))["items"]]
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            raise UnreachableError(type(error).__name__) from error
        if len(found) != len(questions):
            raise UnreachableError("profile-service answered another number of questions")
        return found

    async def _answer(self, questions: Sequence[ConsentQuestion]) -> Any:
        base = self._services.settings.profile_url
        if base is None:
            raise UnreachableError("HAMDEL_PROFILE_URL is not set")
        async with self._services.http.post(
            f"{base.rstrip('/')}/internal/customers/contacts",
            data=orjson.dumps({"items": [_item(each) for each in questions]}),
            headers=self._services.service_headers() | {"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        ) as response:
            if response.status != 200:
                raise UnreachableError(f"profile-service answered {response.status}")
            return orjson.loads(await response.read())


def _item(question: ConsentQuestion) -> dict[str, str]:
    # a push message reaches the app: consents name it so
    channel = "app" if question.channel == "push" else question.channel
    return {"customer_id": str(question.customer_id), "purpose": question.purpose, "channel": channel}


def _consent(item: dict[str, Any]) -> Consent:
    at = item["next_allowed_at"]
    return Consent(
        allowed=item["allowed"] is True,
        reason=str(item["reason"]),
        next_allowed_at=datetime.fromisoformat(at) if at else None,
        language=item["language"],
    )
