"""Tells profile-service which card is whose, over its own API, until it knows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import Enum
from typing import Final

import aiohttp
import orjson

from hamdel.clock import utc_now
from hamdel.context import own_work
from hamdel.database import UnitOfWorkFactory
from hamdel.http import Services
from loyalty_service.enrolment.cards import repository
from loyalty_service.enrolment.cards.domain import Card, pause_after
from loyalty_service.enrolment.cards.service import Draw, draw

__all__ = ["CardClient", "Outcome", "register_cards", "register_due"]

AT_ONCE: Final = 20
LONGEST_SLEEP: Final = 2.0
SECONDS: Final = 3.0
LEASE: Final = timedelta(seconds=60)
"""How long a card that is on its way belongs to the process that took it; after a crash it is tried again then."""


class Outcome(Enum):
    """What profile-service said to a number."""

    REGISTERED = "registered"
    TAKEN = "taken"
    NOT_YET = "not yet"


Register = Callable[[Card], Awaitable[Outcome]]


class CardClient:
    """Adds the number to the customer's identifiers with this service's own token. The customer is the one that
    enrolled, also after a merge: profile-service shows it with the survivor."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, card: Card) -> Outcome:
        """An answer that says neither yes nor taken (out of reach, archived, too many) is NOT_YET."""
        base = self._services.settings.profile_url
        if base is None:
            return Outcome.NOT_YET
        try:
            async with self._services.http.post(
                f"{base.rstrip('/')}/v1/customers/{card.customer_id}/identifiers",
                data=orjson.dumps({"type": "card", "value": card.number}),
                headers={"Content-Type": "application/json", **self._services.service_headers()},
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            ) as response:
                return _outcome(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Outcome.NOT_YET


async def register_cards(services: Services) -> None:
    """Registers every card soon after it was issued; one small read in two seconds while there is none."""
    client = CardClient(services)
    while True:
        if await register_due(services.units, client) < AT_ONCE:
            async with services.units.reading() as connection:
                following = await repository.next_attempt(connection)
            left = LONGEST_SLEEP if following is None else (following - utc_now()).total_seconds()
            await asyncio.sleep(min(max(left, 0.0), LONGEST_SLEEP))


async def register_due(
    units: UnitOfWorkFactory, register: Register, numbers: Draw = draw, at_once: int = AT_ONCE
) -> int:
    """Tries what is due, at most `at_once` cards; gives how many that were. No transaction is open meanwhile."""
    context = own_work("loyalty-service", "cards")
    async with units(context) as unit:
        cards = await repository.claim(unit.connection, unit.now, unit.now + LEASE, at_once)
    if not cards:
        return 0
    outcomes = await asyncio.gather(*(register(card) for card in cards))
    said = {
        outcome: [card for card, each in zip(cards, outcomes, strict=True) if each is outcome] for outcome in Outcome
    }
    async with units(context) as unit:
        await repository.registered(unit.connection, [card.id for card in said[Outcome.REGISTERED]], unit.now)
        later = {card.id: unit.now + pause_after(card.attempts) for card in said[Outcome.NOT_YET]}
        await repository.postpone(unit.connection, later)
        for card in said[Outcome.TAKEN]:
            # should the drawn number be taken too, the card is claimed again with its old one and gets another
            await repository.renumber(unit.connection, card.id, numbers(card.prefix), unit.now)
    return len(cards)


def _outcome(status: int, body: bytes) -> Outcome:
    if status in (200, 201):
        return Outcome.REGISTERED
    taken = status == 409 and b"urn:hamdel:problem:identifier-taken" in body
    return Outcome.TAKEN if taken else Outcome.NOT_YET
