"""The clients of profile-service's internal routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import aiohttp
import orjson

from hamdel.customers.directory import UnreachableError
from hamdel.http.services import Services

__all__ = ["ProfileClient", "post_to_profile"]

SECONDS: Final = 1.0


class ProfileClient:
    """Asks `GET /internal/customers/known` with this service's own token, for at most a second."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, customer_ids: Sequence[UUID]) -> set[UUID]:
        """The customers of these that profile-service has. Raises UnreachableError for every other answer than 200."""
        ids = [("id", str(one)) for one in customer_ids]
        answer = await _asked(self._services, "GET", "known", SECONDS, params=ids)
        return {UUID(one) for one in answer["known"]}


async def post_to_profile(services: Services, name: str, body: Any, seconds: float) -> Any:
    """What profile-service answers to `POST /internal/customers/{name}` with this service's own token, as plain JSON.
    Raises UnreachableError for every other answer than 200, and for none within so many seconds."""
    headers = {"Content-Type": "application/json"}
    return await _asked(services, "POST", name, seconds, data=orjson.dumps(body), headers=headers)


async def _asked(services: Services, method: str, name: str, seconds: float, **options: Any) -> Any:
    base = services.settings.profile_url
    if base is None:
        raise UnreachableError("HAMDEL_PROFILE_URL is not set")
    url, headers = f"{base.rstrip('/')}/internal/customers/{name}", services.service_headers()
    options |= {"headers": headers | options.get("headers", {}), "timeout": aiohttp.ClientTimeout(total=seconds)}
    try:
        async with services.http.request(method, url, **options) as response:
            if response.status != 200:
                raise UnreachableError(f"profile-service answered {response.status}")
            return orjson.loads(await response.read())
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise UnreachableError(type(error).__name__) from error
