"""Stores what the sections topics say: one bulk statement per section and poll."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from gateway.customer_view.arrivals import Arrivals
from gateway.customer_view.repository import ViewRepository
from gateway.customer_view.sections import BadSectionError, Section, Tombstone, parse_section, tombstone
from hamdel.contracts.sections import SECTIONS, sections_topic
from hamdel.messaging.transport import Record

__all__ = ["TOPICS", "Projector", "latest", "read_record"]

TOPICS: Final[dict[str, str]] = {sections_topic(short): name for name, short in SECTIONS.items()}
"""Sections topic → name of the section."""

Change = Section | Tombstone
DeadLetter = Callable[[Record, BadSectionError], Awaitable[None]]


def read_record(record: Record) -> Change:
    """The change a record makes. Raises BadSectionError."""
    name = TOPICS[record.topic]
    if record.value is None:
        return tombstone(record.key or b"", name, dict(record.headers))
    return parse_section(record.value, name)


def latest(changes: Iterable[Change]) -> dict[UUID, Change]:
    """What is left of a customer's changes to one section, in the order of the topic: the highest sequence, the
    later one of equals. A tombstone that does not say its sequence removes whatever came before it."""
    kept: dict[UUID, Change] = {}
    for change in changes:
        before = kept.get(change.customer_id)
        if before is None or _follows(change, before):
            kept[change.customer_id] = _with_floor(change, before)
    return kept


class Projector:
    """`handle` is what the consumer calls with each poll. A record that is no section goes to `dead_letter`, after the
    others are stored. It raises only when the database or the dead letters cannot be reached; the same records then
    come again, which changes nothing."""

    def __init__(self, views: ViewRepository, arrivals: Arrivals, dead_letter: DeadLetter) -> None:
        self._views = views
        self._arrivals = arrivals
        self._dead_letter = dead_letter

    async def handle(self, records: Sequence[Record]) -> None:
        """Applies the records: each section's statement is a transaction of its own, in order of customer id."""
        changes: defaultdict[str, list[Change]] = defaultdict(list)
        refused: list[tuple[Record, BadSectionError]] = []
        for record in records:
            try:
                changes[TOPICS[record.topic]].append(read_record(record))
            except BadSectionError as error:
                refused.append((record, error))
        for name, of_section in changes.items():
            await self._apply(name, latest(of_section))
        for record, reason in refused:
            await self._dead_letter(record, reason)

    async def _apply(self, name: str, changes: dict[UUID, Change]) -> None:
        await self._views.store(name, [change for change in changes.values() if isinstance(change, Section)])
        await self._views.remove(name, [change for change in changes.values() if isinstance(change, Tombstone)])
        self._arrivals.stored(changes)


def _follows(change: Change, before: Change) -> bool:
    if change.sequence is None or before.sequence is None:
        return True
    return change.sequence >= before.sequence


def _with_floor(change: Change, before: Change | None) -> Change:
    if before is not None and isinstance(change, Tombstone) and change.sequence is None:
        return replace(change, sequence=before.sequence)
    return change
