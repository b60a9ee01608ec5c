"""Which customer an identifier belongs to; the profile-service knows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import aiohttp
import orjson
from yarl import URL

from hamdel.http.problem import ProblemError, Unavailable

__all__ = ["CustomerLookup"]

_STANDARD: Final = frozenset({"type", "title", "status", "detail", "instance", "request_id", "errors"})


class CustomerLookup:
    """`base` is the profile-service's URL, `deadline` seconds."""

    def __init__(self, http: aiohttp.ClientSession, base: str, deadline: float) -> None:
        self._http = http
        self._base = base
        self._deadline = deadline

    async def find(self, kind: str, value: str, headers: Mapping[str, str]) -> UUID:
        """The customer's id, asked with the caller's own `headers`, so that the service's policy holds.

        Raises the service's own problem (404 for an identifier of nobody, 409 with `customer_ids` for one that several
        share), or Unavailable where it cannot be asked.
        """
        path = f"/v1/customers/by/{quote(kind, safe='')}/{quote(value, safe='')}"
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._http.get(URL(self._base + path, encoded=True), headers=headers) as response,
            ):
                return _customer_id(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("service-unavailable", "profile cannot be reached") from error


def _customer_id(status: int, body: bytes) -> UUID:
    try:
        answer: dict[str, Any] = orjson.loads(body)
        if status == 200:
            return UUID(answer["id"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Unavailable("service-unavailable", "profile gave no usable answer") from error
    if status >= 500:
        raise Unavailable("service-unavailable", f"profile answered {status}")
    code = str(answer.get("type", "")).rpartition(":")[2] or None
    members = {name: value for name, value in answer.items() if name not in _STANDARD}
    raise ProblemError(code, answer.get("detail"), title=answer.get("title"), members=members, status=status)
