"""The gateway as the commands use it: JSON in, JSON out, and patience while services restart."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp
import stamina

from hamdel_cli.errors import CommandFailedError

__all__ = ["Answer", "Gateway", "connect"]

PATIENCE = 120.0
REQUEST_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 3.0
BUSY = frozenset({409, 429, 502, 503, 504})


class _BusyError(Exception):
    """An answer that another try may change."""


AWAY = (aiohttp.ClientError, TimeoutError, _BusyError)


def connect(home: Path, url: str | None = None) -> Gateway:
    """The gateway of the stack in `home` with a fresh admin token; or the one at `url` with the token of HAMDEL_TOKEN.

    Raises CommandFailedError when neither is to be had.
    """
    if url:
        token = os.environ.get("HAMDEL_TOKEN")
        if not token:
            raise CommandFailedError("--gateway needs a token in the environment variable HAMDEL_TOKEN")
        return Gateway(url, token)
    from hamdel_cli.lifecycle import running_stack

    stack, settings, _ = running_stack(home)
    return Gateway(stack.gateway_url(settings), stack.keys.issue("admin", scopes=("pii:read",)))


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer, read to its end."""

    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body."""
        return json.loads(self.content)


class Gateway:
    """A client for `async with`; each request may take so many seconds."""

    def __init__(self, url: str, token: str, seconds: float = REQUEST_SECONDS) -> None:
        self._url = url.rstrip("/")
        self._seconds = seconds
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # a command speaks through its exit code and one line; the library would log each pause
        stamina.instrumentation.set_on_retry_hooks([])
        timeout = aiohttp.ClientTimeout(total=self._seconds)
        self._http = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._http:
            await self._http.close()

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        idempotency_key: str | None = None,
        patience: float = PATIENCE,
    ) -> Answer:
        """A successful answer. While the service is away (no connection, 503 and the like) the same request, with the
        same key, is sent again for `patience` seconds. Raises CommandFailedError after that and on any other error."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        again = stamina.retry_context(
            on=AWAY, attempts=None, timeout=patience, wait_initial=FIRST_PAUSE, wait_max=LONGEST_PAUSE
        )
        try:
            async for attempt in again:
                with attempt:
                    return await self._once(method, path, body, headers)
        except AWAY as error:
            trouble = str(error) if isinstance(error, _BusyError) else f"{type(error).__name__}: {error}".rstrip(": ")
            raise CommandFailedError(f"{method} {path}: {trouble}") from error
        raise AssertionError("stamina gives an attempt or raises")

    async def _once(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        assert self._http is not None
        async with self._http.request(method, self._url + path, json=body, headers=headers) as response:
            answer = Answer(response.headers, await response.read())
        if response.status in BUSY:
            raise _BusyError(_problem(response.status, answer))
        if response.status >= 300:
            raise CommandFailedError(f"{method} {path}: {_problem(response.status, answer)}")
        return answer

    async def get(self, path: str) -> Any:
        """The JSON body of a GET."""
        return (await self.request("GET", path)).json()

    async def post(self, path: str, body: Any, *, idempotency_key: str | None = None) -> Any:
        """The JSON body of the answer to a POST."""
        return (await self.request("POST", path, body=body, idempotency_key=idempotency_key)).json()


def _problem(status: int, answer: Answer) -> str:
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {status}"
    if not isinstance(body, dict):
        return f"HTTP {status}"
    details = [body.get("detail") or body.get("title") or ""]
    details += [f"{each.get('pointer')}: {each.get('message')}" for each in body.get("errors") or []][:3]
    return f"HTTP {status} {'; '.join(filter(None, details))}"
