"""The gateway as the commands use it: JSON in, JSON out, and patience while services restart."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any, Self

import httpx

from hamdel_cli.errors import CommandFailedError

__all__ = ["Gateway", "connect"]

PATIENCE = 120.0
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


class Gateway:
    """A client for `async with`."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.AsyncClient(base_url=url, headers=headers, timeout=30.0)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        idempotency_key: str | None = None,
        patience: float = PATIENCE,
    ) -> httpx.Response:
        """A successful answer. While the service is away (no connection, 503 and the like) the same request, with the
        same key, is sent again for `patience` seconds. Raises CommandFailedError after that and on any other error."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        deadline = time.monotonic() + patience
        pause = FIRST_PAUSE
        while True:
            try:
                response = await self._http.request(method, path, json=json, headers=headers)
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__}: {error}".rstrip(": ")
            else:
                if response.is_success:
                    return response
                trouble = _problem(response)
                if response.status_code not in BUSY:
                    raise CommandFailedError(f"{method} {path}: {trouble}")
            if time.monotonic() + pause > deadline:
                raise CommandFailedError(f"{method} {path}: {trouble}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def get(self, path: str) -> Any:
        """The JSON body of a GET."""
        return (await self.request("GET", path)).json()

    async def post(self, path: str, body: Any, *, idempotency_key: str | None = None) -> Any:
        """The JSON body of the answer to a POST."""
        return (await self.request("POST", path, json=body, idempotency_key=idempotency_key)).json()


def _problem(response: httpx.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return f"HTTP {response.status_code}"
    if not isinstance(body, dict):
        return f"HTTP {response.status_code}"
    details = [body.get("detail") or body.get("title") or ""]
    details += [f"{each.get('pointer')}: {each.get('message')}" for each in body.get("errors") or []][:3]
    return f"HTTP {response.status_code} {'; '.join(filter(None, details))}"
