"""The client of profile-service's internal route."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import aiohttp
import orjson

from hamdel.customers.directory import UnreachableError
from hamdel.http.services import Services

__all__ = ["ProfileClient"]

SECONDS = 1.0


class ProfileClient:
    """Asks `GET /internal/customers/known` with this service's own token, for at most a second."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, customer_ids: Sequence[UUID]) -> set[UUID]:
        """The customers of these that profile-service has. Raises UnreachableError for every other answer than 200."""
        base = self._services.settings.profile_url
        if base is None:
            raise UnreachableError("HAMDEL_PROFILE_URL is not set")
        try:
            async with self._services.http.get(
                f"{base.rstrip('/')}/internal/customers/known",
                params=[("id", str(one)) for one in customer_ids],
                headers=self._services.service_headers(),
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            ) as response:
                if response.status != 200:
                    raise UnreachableError(f"profile-service answered {response.status}")
                return {UUID(one) for one in orjson.loads(await response.read())["known"]}
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnreachableError(type(error).__name__) from error
