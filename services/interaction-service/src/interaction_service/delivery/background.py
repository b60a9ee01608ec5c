"""The queue's endless work: workers per channel, and what follows. Any number of replicas may do it at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final, cast

import structlog

from hamdel.clock import utc_now
from hamdel.customers import ContactsClient
from hamdel.http import Services
from interaction_service.delivery.domain import CHANNELS
from interaction_service.delivery.followup import put_on_timeline, tell_profile
from interaction_service.delivery.gate import Gate, load_keys
from interaction_service.delivery.repository import queue
from interaction_service.delivery.senders import sender_for
from interaction_service.delivery.senders.console import ConsoleSender
from interaction_service.delivery.settings import DeliverySettings
from interaction_service.delivery.worker import Worker, system

__all__ = ["deliver_messages", "follow_messages", "prune_messages"]

log = structlog.get_logger(__name__)

FOLLOW_SECONDS: Final = 1.0
PRUNE_SECONDS: Final = 3_600.0
PRUNED_AT_ONCE: Final = 1_000


async def deliver_messages(services: Services) -> None:
    """Sends what is due, on every channel over as many connections as are set."""
    settings = cast(DeliverySettings, services.settings)
    gate = Gate(services, settings, await load_keys(services), ContactsClient(services))
    async with asyncio.TaskGroup() as group:
        for channel in CHANNELS:
            for _ in range(settings.delivery_connections):
                sender = sender_for(channel, settings, services.http)
                if isinstance(sender, ConsoleSender):
                    log.info("messages_go_to_the_log", channel=channel)
                group.create_task(Worker(services, settings, channel, sender, gate).run())


async def follow_messages(services: Services, *, every: float = FOLLOW_SECONDS) -> None:
    """Puts what left on the timelines, and tells profile-service who unsubscribed."""
    while True:
        if not await put_on_timeline(services) + await tell_profile(services):
            await asyncio.sleep(every)


async def prune_messages(services: Services, *, every: float = PRUNE_SECONDS) -> None:
    """Every hour deletes messages that ended longer ago than they are kept."""
    settings = cast(DeliverySettings, services.settings)
    while True:
        before = utc_now() - timedelta(days=settings.delivery_keep_days)
        deleted = PRUNED_AT_ONCE
        while deleted == PRUNED_AT_ONCE:
            async with services.units(system()) as unit:
                deleted = await queue.prune(unit.connection, before, PRUNED_AT_ONCE)
        await asyncio.sleep(every)
