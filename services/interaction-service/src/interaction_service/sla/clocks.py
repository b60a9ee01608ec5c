"""How the clocks of a case run, pause, end and miss their deadline. Pure: events and times in, clocks out.

A clock keeps the stretches in which it ran, not what they came to. So whatever changes (priority, policy, calendar),
its deadline is worked out from the start again: what the stretches come to in the calendar of today is used up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from interaction_service.calendars.domain import Calendar, deadline_after, open_time
from interaction_service.sla.domain import TARGETS, Due, Policy, SlaEvent, State, Target, warning_lead

__all__ = ["Clock", "Clocks", "Terms", "due", "happened", "opened", "scheduled", "settled", "told"]

Phase = Literal["running", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise being watched; times are UTC, `promised` is in business minutes.

    `ran` are the finished stretches, `counting_since` begins the present one. `missed` says that the deadline passed
    while somebody still had to keep it; `warned_at` and `breached_at`, when that was told; `next_at`, when there is
    something to tell. Each customer's reply starts a next-response clock of its own: its `run` counts them.
    """

    target: Target
    started_at: datetime
    run: int = 1
    phase: Phase = "running"
    counting_since: datetime | None = None
    ran: tuple[tuple[datetime, datetime], ...] = ()
    promised: int | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    missed: bool = False
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    next_at: datetime | None = None

    @property
    def state(self) -> State:
        """As callers see it: late is late, however it ends."""
        if self.missed:
            return "breached"
        if self.promised is None:
            return "none"
        return "met" if self.phase == "ended" else self.phase


Clocks = Mapping[Target, Clock]
"""The newest clock of each target; a case has no next-response clock before its customer's first reply."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is promised to a case, and in which calendar it counts."""

    policy: Policy
    calendar: Calendar
    calendar_version: int


def opened(at: datetime) -> dict[Target, Clock]:
    """The clocks of a case that opens."""
    return {target: _begun(target, at) for target in ("first_response", "resolution")}


def settled(clocks: Clocks, at: datetime) -> dict[Target, Clock]:
    """The clocks with every deadline marked as missed that has passed before `at`; at the very moment it is met."""
    return {target: replace(clock, missed=True) if _late(clock, at) else clock for target, clock in clocks.items()}


def happened(clocks: Clocks, event: SlaEvent, at: datetime) -> dict[Target, Clock]:
    """The clocks after an event. An event that says nothing new (a second pause) changes nothing.

    Resolving or closing keeps every promise that is still open: it is an answer as well. The next-response clock starts
    with the first reply of the customer that comes after an answer; further ones before the next answer do not
    move it.
    """
    found = settled(clocks, at)
    for target, change in _CHANGES.get(event, {}).items():
        if target in found:
            found[target] = change(found[target], at)
    if event is SlaEvent.CUSTOMER_REPLIED and _awaits_answer_no_more(found):
        before = found.get("next_response")
        found["next_response"] = _begun("next_response", at, before.run + 1 if before else 1)
    return found


def scheduled(clocks: Clocks, terms: Terms | None) -> dict[Target, Clock]:
    """The clocks with their deadlines and the next moment to tell of, by the terms of today.

    What has ended or was missed stays as it was judged. While a clock is paused it has no deadline. Raises
    DeadlineOutOfReachError.
    """
    return {target: _watched(_timed(clock, terms)) for target, clock in clocks.items()}


def told(clock: Clock, now: datetime) -> tuple[Clock, Literal["warned", "breached"] | None]:
    """What there is to tell of a clock at `now`, and the clock once that is told: a breach once, a warning once and
    never after the deadline."""
    if clock.breached_at is None and (clock.missed or _late(clock, now)):
        return _watched(replace(clock, missed=True, breached_at=now)), "breached"
    warns = clock.phase == "running" and not clock.missed and clock.warned_at is None
    if warns and clock.warn_at is not None and clock.warn_at < now:
        return _watched(replace(clock, warned_at=now)), "warned"
    return _watched(clock), None


def due(clocks: Iterable[Clock]) -> Due:
    """How the promises stand, from the newest clock of each target."""
    found = {clock.target: clock for clock in clocks}
    at = {target: found[target].due_at if target in found else None for target in TARGETS}
    states: dict[Target, State] = {target: found[target].state if target in found else "none" for target in TARGETS}
    waiting = [clock.due_at for clock in found.values() if clock.phase != "ended" and clock.due_at]
    return Due(at["first_response"], at["next_response"], at["resolution"], states, min(waiting, default=None))


def _begun(target: Target, at: datetime, run: int = 1) -> Clock:
    return Clock(target, at, run, counting_since=at)


def _late(clock: Clock, at: datetime) -> bool:
    return clock.phase == "running" and clock.due_at is not None and clock.due_at < at


def _stopped(clock: Clock, at: datetime, phase: Phase) -> Clock:
    since = clock.counting_since
    ran = clock.ran if since is None else (*clock.ran, (since, max(since, at)))
    return replace(clock, phase=phase, counting_since=None, ran=ran)


def _ended(clock: Clock, at: datetime) -> Clock:
    return clock if clock.phase == "ended" else _stopped(clock, at, "ended")


def _paused(clock: Clock, at: datetime) -> Clock:
    return _stopped(clock, at, "paused") if clock.phase == "running" else clock


def _resumed(clock: Clock, at: datetime) -> Clock:
    return replace(clock, phase="running", counting_since=at) if clock.phase == "paused" else clock


def _reopened(clock: Clock, at: datetime) -> Clock:
    return replace(clock, phase="running", counting_since=at) if clock.phase == "ended" else clock


_CHANGES: Mapping[SlaEvent, Mapping[Target, Callable[[Clock, datetime], Clock]]] = {
    SlaEvent.AGENT_REPLIED: {"first_response": _ended, "next_response": _ended},
    SlaEvent.WAITING: {"resolution": _paused},
    SlaEvent.RESUMED: {"resolution": _resumed},
    SlaEvent.RESOLVED: dict.fromkeys(TARGETS, _ended),
    SlaEvent.CLOSED: dict.fromkeys(TARGETS, _ended),
    SlaEvent.REOPENED: {"resolution": _reopened},
}


def _awaits_answer_no_more(clocks: Clocks) -> bool:
    first, following = clocks["first_response"], clocks.get("next_response")
    answered_once = first.phase == "ended" or first.promised is None
    return answered_once and (following is None or following.phase == "ended")


def _timed(clock: Clock, terms: Terms | None) -> Clock:
    if clock.missed or clock.phase == "ended":
        return clock
    promised = terms.policy.minutes(clock.target) if terms else None
    if terms is None or promised is None or clock.phase == "paused":
        return replace(clock, promised=promised, due_at=None, warn_at=None)
    lead = warning_lead(promised, terms.policy.warn_before_minutes)
    due_at = _reached(clock, terms.calendar, timedelta(minutes=promised))
    warn_at = _reached(clock, terms.calendar, timedelta(minutes=promised - lead))
    return replace(clock, promised=promised, due_at=due_at, warn_at=warn_at)


def _reached(clock: Clock, calendar: Calendar, left: timedelta) -> datetime:
    """When a running clock has run for so long: within a stretch that is over, or in the present one."""
    for begin, end in clock.ran:
        used = open_time(calendar, begin, end)
        if used > left:
            return deadline_after(calendar, begin, left)
        left -= used
    return deadline_after(calendar, clock.counting_since or clock.started_at, left)


def _watched(clock: Clock) -> Clock:
    moments: list[datetime | None] = []
    if clock.breached_at is None and (clock.missed or clock.phase == "running"):
        moments.append(clock.due_at)
        if clock.warned_at is None and not clock.missed:
            moments.append(clock.warn_at)
    return replace(clock, next_at=min((moment for moment in moments if moment), default=None))
