"""One connection of one channel: claims what is due, asks, and sends one message at a time.

What a crash can double is what was in flight: an attempt is committed before its message leaves, its end is committed
with the beginning of the next one, and between the two commits there is one message per connection. That one is sent
again with the same Message-ID, because nobody knows whether it arrived.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from hamdel.clock import utc_now
from hamdel.context import CallContext, own_work
from hamdel.database import UnitOfWork
from hamdel.http import Services
from hamdel.ids import new_id
from interaction_service.delivery.domain import WEEK, Cap, Outcome, backoff, cap_for, free_again
from interaction_service.delivery.gate import Gate, Ready
from interaction_service.delivery.repository import queue, refusals
from interaction_service.delivery.repository.queue import Attempt, Leaving, Standing
from interaction_service.delivery.senders import OutOfReachError, Sender
from interaction_service.delivery.settings import DeliverySettings

__all__ = ["Worker", "system"]

log = structlog.get_logger(__name__)

AT_ONCE: Final = 100
ANSWER_HOLDS: Final = timedelta(seconds=10)
"""So long an answer of profile-service is acted on; what has not left by then is asked for again."""

SERVER_AGAIN: Final = timedelta(seconds=5)
LONGEST_SLEEP: Final = 1.0
WAITS_AT_MOST: Final = timedelta(days=7)
"""A message that a cap keeps waiting longer than this is of no use any more."""

FINISHING_SECONDS: Final = 1.5


@dataclass(frozen=True, slots=True)
class _Done:
    """An attempt that has ended and is not taken down yet."""

    attempt: Attempt
    ready: Ready
    outcome: Outcome


class Worker:
    """`run` goes on until it is cancelled; the message that is leaving then is waited for."""

    def __init__(
        self, services: Services, settings: DeliverySettings, channel: str, sender: Sender, gate: Gate
    ) -> None:
        self._services, self._settings, self._channel = services, settings, channel
        self._sender, self._gate = sender, gate
        self._lease = timedelta(seconds=settings.delivery_send_seconds * 2)

    async def run(self) -> None:
        """Sends what is due, and sleeps until the next is."""
        try:
            while True:
                if not await self.round():
                    await asyncio.sleep(await self._pause())
        finally:
            await self._sender.close()

    async def round(self) -> int:
        """One batch; gives how many messages were due."""
        claim_id, now = new_id(), utc_now()
        async with self._unit() as unit:
            messages = await queue.claim(unit.connection, self._channel, claim_id, now, self._lease, AT_ONCE)
        if messages:
            judged = await self._gate.judge(claim_id, messages, now)
            await self._settle(claim_id, judged.others)
            await self._send_all(claim_id, judged.ready)
        return len(messages)

    async def _send_all(self, claim_id: UUID, ready: Sequence[Ready]) -> None:
        done: _Done | None = None
        for place, each in enumerate(ready):
            try:
                await self._sender.open()
            except OutOfReachError as error:
                log.warning("sender_out_of_reach", channel=self._channel, error=str(error))
                await self._advance(claim_id, done, None)
                await self._put_back(claim_id, ready[place:], "server-unreachable", utc_now() + SERVER_AGAIN)
                return
            if utc_now() - each.leaving.asked_at > min(ANSWER_HOLDS, self._lease / 2):
                await self._advance(claim_id, done, None)
                await self._put_back(claim_id, ready[place:], None, utc_now())
                return
            done = await self._finished(claim_id, self._step(claim_id, done, each))
        await self._finished(claim_id, self._step(claim_id, done, None))

    async def _step(self, claim_id: UUID, done: _Done | None, following: Ready | None) -> _Done | None:
        attempt = await self._advance(claim_id, done, following)
        return None if attempt is None or following is None else await self._send(attempt, following)

    async def _finished(self, claim_id: UUID, step: Coroutine[Any, Any, _Done | None]) -> _Done | None:
        """A step is not broken off in the middle: a cancellation waits for it a moment, and its end is taken down."""
        task = asyncio.create_task(step)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task], timeout=FINISHING_SECONDS)
            if task.done() and not task.cancelled() and task.exception() is None:
                await self._advance(claim_id, task.result(), None)
            raise

    async def _send(self, attempt: Attempt, ready: Ready) -> _Done:
        try:
            async with asyncio.timeout(self._settings.delivery_send_seconds):
                outcome = await self._sender.send(ready.outgoing)
        except TimeoutError:
            await self._sender.close()
            outcome = Outcome("deferred", "timeout")
        return _Done(attempt, ready, self._bounded(outcome, attempt.number))

    def _bounded(self, outcome: Outcome, attempts: int) -> Outcome:
        if outcome.status != "deferred":
            return outcome
        if attempts >= self._settings.delivery_max_attempts:
            return Outcome("failed", outcome.reason)
        soonest = utc_now() + backoff(attempts, random.random())  # noqa: S311 - jitter, not a secret
        return replace(outcome, again_at=max(soonest, outcome.again_at or soonest))

    async def _advance(self, claim_id: UUID, done: _Done | None, following: Ready | None) -> Attempt | None:
        """In one transaction: how the last attempt ended, and that the next one begins (None where it must not)."""
        if done is None and following is None:
            return None
        async with self._unit() as unit:
            if done is not None:
                await self._take_down(unit, done)
            return None if following is None else await self._begin(unit, following.leaving)

    async def _take_down(self, unit: UnitOfWork, done: _Done) -> None:
        await queue.end(unit.connection, done.attempt, done.outcome, unit.now)
        if done.outcome.hard:
            hashed = done.ready.leaving.address_hash
            await refusals.suppress(unit.connection, self._channel, hashed, "hard-bounce", unit.now)

    async def _begin(self, unit: UnitOfWork, leaving: Leaving) -> Attempt | None:
        obstacle = await self._capped(unit, leaving)
        if obstacle is None:
            attempt = await queue.begin(unit.connection, leaving, unit.now, self._lease)
            if attempt is not None:
                return attempt
            obstacle = _obstacle(await queue.standing(unit.connection, leaving))
        if obstacle is not None:
            await queue.settle(unit.connection, leaving.claim, [(leaving.message.id, obstacle)], unit.now)
        return None

    async def _capped(self, unit: UnitOfWork, leaving: Leaving) -> Outcome | None:
        """What the cap says; whoever counts for the same customer, purpose and channel waits for this transaction."""
        message = leaving.message
        cap = Cap() if message.transactional else cap_for(self._settings.caps, message.purpose, message.channel)
        if cap == Cap():
            return None
        await queue.take_turn(unit.connection, f"{leaving.family[0]}/{message.purpose}/{message.channel}")
        free = free_again(cap, await queue.earlier(unit.connection, leaving, unit.now - WEEK), unit.now)
        if free is None:
            return None
        if free > message.created_at + WAITS_AT_MOST:
            return Outcome("suppressed", "frequency-cap")
        return Outcome("deferred", "frequency-cap", again_at=free)

    async def _settle(self, claim_id: UUID, outcomes: Sequence[tuple[UUID, Outcome]]) -> None:
        if outcomes:
            async with self._unit() as unit:
                await queue.settle(unit.connection, claim_id, outcomes, unit.now)

    async def _put_back(self, claim_id: UUID, ready: Sequence[Ready], reason: str | None, at: datetime) -> None:
        """As if they had never been claimed."""
        outcome = Outcome("deferred" if reason else "queued", reason, again_at=at)
        await self._settle(claim_id, [(each.leaving.message.id, outcome) for each in ready])

    async def _pause(self) -> float:
        now = utc_now()
        async with self._services.units.reading() as connection:
            due = await queue.next_due(connection, self._channel, now)
        return LONGEST_SLEEP if due is None else min((due - now).total_seconds(), LONGEST_SLEEP)

    def _unit(self) -> Any:
        return self._services.units(system())


def _obstacle(found: Standing) -> Outcome | None:
    """None where the claim is lost: the message is another worker's."""
    if found.own and found.unsubscribed:
        return Outcome("suppressed", "unsubscribed")
    if found.own and found.suppressed:
        return Outcome("suppressed", "address-suppressed")
    return None


def system() -> CallContext:
    """The queue's own work."""
    return own_work("interaction-service", "delivery")
