"""Deadlines of open cases follow their policy and their calendar when those are edited.

Every case remembers the versions of both by which its deadlines were worked out. A few stale cases are renewed in the
transaction that edits; whatever is left, also by a case that opened at the same moment, by the background.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from hamdel.database import UnitOfWork
from hamdel.http import InvalidValue
from interaction_service.calendars.domain import Calendar, DeadlineOutOfReachError, deadline_after
from interaction_service.sla import repository
from interaction_service.sla.clocks import Clock, Clocks, Terms, due, scheduled, settled
from interaction_service.sla.domain import Due
from interaction_service.sla.repository import Subject

__all__ = ["check_promises", "keep", "renew", "renew_few"]

FEW: Final = 100
"""Cases that an edit renews itself: some 50 ms of work."""

REACH: Final = timedelta(days=3_660)
"""Ten years, half of what rules look ahead: deadlines are worked out later, too, from other moments."""


async def check_promises(unit: UnitOfWork, code: str, calendar: Calendar, minutes: int | None = None) -> None:
    """Raises InvalidValue `deadline-out-of-reach` where a calendar is not open enough within ten years for the longest
    promise made in it, or for `minutes`."""
    longest = minutes or await repository.longest_promise(unit.connection, code) or 0
    try:
        deadline_after(calendar, unit.now, timedelta(minutes=longest), within=REACH)
    except DeadlineOutOfReachError as error:
        raise InvalidValue("deadline-out-of-reach", str(error)) from error


async def renew_few(unit: UnitOfWork) -> None:
    """Renews the stale cases where they are few."""
    if len(await repository.stale_subjects(unit.connection, FEW + 1)) <= FEW:
        await renew(unit, FEW)


async def renew(unit: UnitOfWork, limit: int) -> int:
    """Works out the deadlines of at most `limit` stale cases by the terms of today; gives how many there were."""
    stale = await repository.stale_subjects(unit.connection, limit)
    if not stale:
        return 0
    await unit.lock_streams(stale.values())
    newest = await repository.newest_of(unit.connection, stale)
    known: dict[UUID, Terms] = {}
    for case_id in sorted(stale):
        await _renew_one(unit, case_id, newest.get(case_id, ()), known)
    return len(stale)


async def _renew_one(unit: UnitOfWork, case_id: UUID, newest: Iterable[Clock], known: dict[UUID, Terms]) -> None:
    subject = await repository.hold_subject(unit.connection, case_id)
    if subject is None or subject.policy_id is None:
        return
    if subject.policy_id not in known:
        known |= await repository.terms_of(unit.connection, [subject.policy_id])
    clocks = settled({clock.target: clock for clock in newest}, unit.now)
    await keep(unit, subject, clocks, known[subject.policy_id])
    unit.touch(subject.customer_id)


async def keep(unit: UnitOfWork, subject: Subject, clocks: Clocks, terms: Terms | None) -> Due:
    """Stores the clocks of a held case with the deadlines of `terms`, and says how they stand."""
    timed = scheduled(clocks, terms)
    is_open = any(clock.phase != "ended" for clock in timed.values())
    await repository.save_subject(unit.connection, subject, terms, is_open=is_open)
    await repository.save_clocks(unit.connection, {subject.case_id: timed.values()})
    return due(timed.values())
