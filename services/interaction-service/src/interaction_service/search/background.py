"""Making texts findable while the service runs. Any number of replicas may do it: each takes what no other has."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from hamdel.context import own_work
from hamdel.http import Services
from interaction_service.search.service import index_some

__all__ = ["index_texts"]

_EVERY_SECONDS: Final = 1.0
_AT_ONCE: Final = 200
_REST: Final = 9


async def index_texts(services: Services, *, every: float = _EVERY_SECONDS) -> None:
    """Looks for waiting texts every second. While there are more than it takes at once it works a tenth of the time,
    so that a bulk import has the processor: the texts of an import are found later than others."""
    context = own_work("interaction-service", "search")
    while True:
        began = time.monotonic()
        async with services.units(context) as unit:
            done = await index_some(unit.connection, _AT_ONCE)
        await asyncio.sleep(every if done < _AT_ONCE else _REST * (time.monotonic() - began))
