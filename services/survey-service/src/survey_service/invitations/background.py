"""The endless work of invitations."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final, cast

from hamdel.clock import utc_now
from hamdel.customers import ContactsClient
from hamdel.http import Services
from survey_service.invitations.asking import AT_ONCE, Asker
from survey_service.invitations.repository import asking as repository
from survey_service.settings import Settings

__all__ = ["ask_customers"]

LONGEST_SLEEP: Final = 2.0
"""Seconds; an invitation made meanwhile that is due sooner is looked at at most this late."""


async def ask_customers(services: Services) -> None:
    """Asks, reminds and ends soon after each moment; one read of an index in two seconds while nothing is due."""
    settings = cast("Settings", services.settings)
    cooldown = timedelta(days=settings.survey_cooldown_days)
    asker = Asker(services.units, ContactsClient(services), cooldown)
    while True:
        if await asker.round() < AT_ONCE:
            async with services.units.reading() as connection:
                following = await repository.next_moment(connection)
            left = LONGEST_SLEEP if following is None else (following - utc_now()).total_seconds()
            await asyncio.sleep(min(max(left, 0.05), LONGEST_SLEEP))
