"""How many rows the other services hold for customers: asked of each of them, for the preview of a merge."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import aiohttp
import orjson

from hamdel.http import Services

__all__ = ["rows_elsewhere"]

SECONDS: Final = 1.0


async def rows_elsewhere(services: Services, customer_ids: Sequence[UUID]) -> dict[str, int | None]:
    """Rows by service; None where a service could not be asked within a second, which a preview says openly."""
    settings = services.settings
    bases = {
        "interaction": settings.interaction_url,
        "survey": settings.survey_url,
        "loyalty": settings.loyalty_url,
    }
    counts = await asyncio.gather(*(_rows(services, base, customer_ids) for base in bases.values()))
    return dict(zip(bases, counts, strict=True))


async def _rows(services: Services, base: str | None, customer_ids: Sequence[UUID]) -> int | None:
    if base is None:
        return None
    body = orjson.dumps({"customer_ids": [str(each) for each in customer_ids]})
    headers = {**services.service_headers(), "Content-Type": "application/json"}
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    url = f"{base.rstrip('/')}/internal/rows"
    try:
        async with services.http.post(url, data=body, headers=headers, timeout=timeout) as response:
            return int(orjson.loads(await response.read())["rows"]) if response.status == 200 else None
    except (aiohttp.ClientError, TimeoutError, OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
