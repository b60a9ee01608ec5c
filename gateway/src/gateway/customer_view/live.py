"""Sections asked of their owners: in parallel, each with its own deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from gateway.customer_view.assemble import EMPTY_PIECES, Piece
from gateway.customer_view.sections import BadSectionError, Section, parse_section
from hamdel.contracts.sections import SECTIONS

__all__ = ["LiveSections", "ServiceUnreachableError", "live_piece"]

Token = Callable[[], str]

BULK_SECONDS = 10.0


class ServiceUnreachableError(Exception):
    """The owner of a section gave no usable answer within its deadline."""


class LiveSections:
    """`upstreams` maps short names to base URLs, `token` gives the current service token, `deadline` is seconds."""

    def __init__(
        self, http: aiohttp.ClientSession, upstreams: Mapping[str, str], token: Token, deadline: float
    ) -> None:
        self._http = http
        self._upstreams = upstreams
        self._token = token
        self._deadline = deadline

    async def section(self, name: str, customer_id: UUID) -> Section | None:
        """The section as its owner has it now; None where the customer has nothing there.

        Raises ServiceUnreachableError.
        """
        body = await self._ask("GET", SECTIONS[name], f"/internal/sections/{customer_id}")
        return _present(body, name)

    async def available(self, names: Iterable[str], customer_id: UUID) -> dict[str, Section | None]:
        """Those of the sections that could be had, asked in parallel."""
        wanted = list(names)
        answers = await asyncio.gather(*(self.section(name, customer_id) for name in wanted), return_exceptions=True)
        found: dict[str, Section | None] = {}
        for name, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, ServiceUnreachableError):
                continue
            if isinstance(answer, BaseException):
                raise answer
            found[name] = answer
        return found

    async def bulk(self, name: str, customer_ids: Sequence[UUID]) -> list[Section | None]:
        """One section of up to 500 customers, in order. Raises ServiceUnreachableError."""
        wanted = orjson.dumps({"customer_ids": [str(customer_id) for customer_id in customer_ids]})
        body = await self._ask("POST", SECTIONS[name], "/internal/sections", wanted, deadline=BULK_SECONDS)
        return [None if item is None else _present(item, name) for item in _items(body, len(customer_ids))]

    async def _ask(
        self, method: str, short: str, path: str, body: bytes | None = None, *, deadline: float | None = None
    ) -> bytes:
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        url = self._upstreams[short] + path
        try:
            async with (
                asyncio.timeout(deadline or self._deadline),
                self._http.request(method, url, data=body, headers=headers) as response,
            ):
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ServiceUnreachableError(f"{short}: {type(error).__name__}") from error
        if response.status != 200:
            raise ServiceUnreachableError(f"{short} answered {response.status}")
        return answer


def live_piece(name: str, section: Section | None, *, masked: bool = False) -> Piece:
    """A live section as it is shown: the same bytes as from the projection."""
    if section is None:
        return EMPTY_PIECES[name]
    data = section.masked if masked and section.masked is not None else section.data
    return Piece("ok", section.sequence, section.as_of, data)


def _present(body: bytes, name: str) -> Section | None:
    try:
        section = parse_section(body, name)
    except BadSectionError as error:
        raise ServiceUnreachableError(str(error)) from error
    return section if section.sequence > 0 else None


def _items(body: bytes, expected: int) -> list[bytes | None]:
    try:
        items: list[Any] = orjson.loads(body)["items"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ServiceUnreachableError("the answer is not a list of sections") from error
    if not isinstance(items, list) or len(items) != expected:
        raise ServiceUnreachableError("the answer is not a list of sections")
    return [None if item is None else orjson.dumps(item) for item in items]
