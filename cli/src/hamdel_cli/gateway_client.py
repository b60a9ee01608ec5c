"""The gateway as the commands use it: JSON in, JSON out, and patience while services restart."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp

from hamdel_cli.errors import CommandFailedError

__all__ = ["Answer", "Gateway", "connect"]

PATIENCE = 120.0
REQUEST_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 3.0
BUSY = frozenset({409, 429, 502, 503, 504})


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
    """A client for `async with`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
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
        deadline = time.monotonic() + patience
        pause = FIRST_PAUSE
        while True:
            try:
                status, answer = await self._once(method, path, body, headers)
            except (aiohttp.ClientError, TimeoutError) as error:
                trouble = f"{type(error).__name__}: {error}".rstrip(": ")
            else:
                if status < 300:
                    return answer
                trouble = _problem(status, answer)
                if status not in BUSY:
                    raise CommandFailedError(f"{method} {path}: {trouble}")
            if time.monotonic() + pause > deadline:
                raise CommandFailedError(f"{method} {path}: {trouble}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _once(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, Answer]:
        assert self._http is not None
        async with self._http.request(method, self._url + path, json=body, headers=headers) as response:
            return response.status, Answer(response.headers, await response.read())

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
