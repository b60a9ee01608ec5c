"""SMS and push through a provider, or a small bridge to one: one signed HTTP call per message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson

from interaction_service.delivery.domain import Outcome
from interaction_service.delivery.senders.base import Outgoing
from interaction_service.delivery.signing import secret_of, signature_headers

__all__ = ["HttpSender", "retry_at"]

TRY_AGAIN: Final = frozenset({408, 425, 429})
LONGEST_WAIT: Final = timedelta(days=1)
MOST_ANSWER_BYTES: Final = 64 * 1024


class HttpSender:
    """POSTs `{id, channel, to, title, text, language}`. `webhook-id` is the message's id in every attempt, so that a
    provider can drop a second one. 2xx is sent (`id` or `message_id` of the answer is kept), 408, 425, 429 and 5xx are
    tried again, after `Retry-After` where it is given; every other answer is a refusal."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        channel: str,
        url: str,
        secret_file: Path,
        *,
        seconds: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._http, self._channel, self._url = http, channel, url
        self._secret = secret_of(secret_file)
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._clock = clock

    async def open(self) -> None:
        """Every call finds its own connection in the pool."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """See the class."""
        now = self._clock()
        body = orjson.dumps(self._body(outgoing))
        headers = signature_headers(self._secret, str(outgoing.id), int(now.timestamp()), body)
        headers["Content-Type"] = "application/json"
        try:
            async with self._http.post(
                self._url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                return _outcome(answer, await answer.content.read(MOST_ANSWER_BYTES), now)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Outcome("deferred", "network")

    async def close(self) -> None:
        """The pool is the service's."""

    def _body(self, outgoing: Outgoing) -> dict[str, Any]:
        text = outgoing.text
        return {
            "id": str(outgoing.id),
            "channel": self._channel,
            "to": outgoing.address,
            "title": text.subject,
            "text": text.body_text,
            "language": text.language,
        }


def retry_at(header: str | None, now: datetime) -> datetime | None:
    """When `Retry-After` (RFC 9110, section 10.2.3: seconds or a date) allows another try, at most a day from now;
    None where it says nothing that can be read."""
    if not header:
        return None
    if header.isascii() and header.isdigit() and len(header) <= 9:
        return now + min(timedelta(seconds=int(header)), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at.astimezone(UTC), now), now + LONGEST_WAIT)


def _outcome(answer: aiohttp.ClientResponse, body: bytes, now: datetime) -> Outcome:
    reason = f"http-{answer.status}"
    if 200 <= answer.status < 300:
        return Outcome("sent", provider_id=_name_in(body))
    if answer.status in TRY_AGAIN or answer.status >= 500:
        return Outcome("deferred", reason, again_at=retry_at(answer.headers.get("Retry-After"), now))
    return Outcome("failed", reason)


def _name_in(body: bytes) -> str | None:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    name = (said.get("id") or said.get("message_id")) if isinstance(said, dict) else None
    return str(name)[:200].replace("\0", "") if isinstance(name, str | int) and name else None
