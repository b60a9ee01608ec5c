"""Cases told as stories: what happened when, and how the clocks stand then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from interaction_service.calendars.domain import Calendar
from interaction_service.sla.clocks import Clock, Clocks, Terms, due, happened, opened, scheduled, settled, told
from interaction_service.sla.domain import Due, Policy, SlaEvent, Target
from tests.services.interaction.calendars.hours import OFFICE, at, calendar

BERLIN = calendar(OFFICE)
NORMAL: Mapping[str, Any] = {"first_response_minutes": 60, "next_response_minutes": 120, "resolution_minutes": 480}


def policy(**changes: Any) -> Policy:
    """A row: an hour, two hours and a day of eight hours, with warnings a fifth before."""
    values: dict[str, Any] = {
        "id": UUID(int=1),
        "code": "standard",
        "calendar": "office",
        "priority": "normal",
        "tier": None,
        "warn_before_minutes": None,
        "version": 1,
        **NORMAL,
    }
    return Policy(**values | changes)


@dataclass
class Story:
    """A case that opened; `hours` and `row` are what holds for it now."""

    opening: str
    hours: Calendar = BERLIN
    row: Policy = field(default_factory=policy)
    clocks: Clocks = field(init=False)
    told: list[tuple[Target, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clocks = scheduled(opened(at(self.opening)), self.terms)

    @property
    def terms(self) -> Terms:
        """The row and the calendar."""
        return Terms(self.row, self.hours, 1)

    def then(self, event: str, when: str, **row: Any) -> Story:
        """Something happens; `row` are new promises from then on."""
        self.row = replace(self.row, **row)
        self.clocks = scheduled(happened(self.clocks, SlaEvent(event), at(when)), self.terms)
        return self

    def edited(self, when: str, hours: Calendar) -> Story:
        """Somebody edits the calendar."""
        self.hours = hours
        self.clocks = scheduled(settled(self.clocks, at(when)), self.terms)
        return self

    def looked_at(self, when: str) -> Story:
        """The worker passes by."""
        looked: dict[Target, Clock] = {}
        for target, clock in self.clocks.items():
            looked[target], what = told(clock, at(when))
            if what is not None:
                self.told.append((target, what))
        self.clocks = looked
        return self

    @property
    def due(self) -> Due:
        """How the promises stand."""
        return due(self.clocks.values())
