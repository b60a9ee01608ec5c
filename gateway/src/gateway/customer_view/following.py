"""Live sections of a customer that may have been merged: profile-service says under whose id they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from gateway.customer_view.live import LiveSections
from gateway.customer_view.sections import Section
from hamdel.contracts.sections import SECTIONS

__all__ = ["Found", "follow"]

Sections = Mapping[str, Section | None]


@dataclass(frozen=True, slots=True)
class Found:
    """What the owners said. `customer_id` is whose view it is, `asked` the sections that were wanted of that customer,
    `sections` those of them that could be had."""

    customer_id: UUID
    asked: frozenset[str]
    sections: Sections


async def follow(live: LiveSections, names: Iterable[str], customer_id: UUID, believed: UUID) -> Found:
    """Asks for these sections, and for all four of another customer where the asked one turns out to be merged.

    `believed` is whose view it is while profile-service cannot be asked. A section that its owner still shows under
    another id (it has not heard of the merge, or of its undoing) is missing: nobody is shown what is another's.
    """
    asked = frozenset(names)
    found = await live.available(asked, customer_id)
    if "profile" not in asked and len(_of(customer_id, found)) < len(found):
        asked = frozenset(SECTIONS)
        found = await live.available(asked, customer_id)
    # Ends after two rounds at most: what profile-service said under the one id is kept for the other.
    while (shown := _shown_as(found, customer_id, believed)) != customer_id:
        customer_id, believed, asked = shown, shown, frozenset(SECTIONS)
        # That there is nothing under the other id says nothing about this one.
        found = {name: section for name, section in _of(customer_id, found).items() if section}
        found |= await live.available(asked - found.keys(), customer_id)
    return Found(customer_id, asked, _of(customer_id, found))


def _shown_as(found: Sections, customer_id: UUID, believed: UUID) -> UUID:
    if "profile" not in found:
        return believed
    profile = found["profile"]
    return profile.customer_id if profile else customer_id


def _of(customer_id: UUID, found: Sections) -> dict[str, Section | None]:
    return {name: section for name, section in found.items() if section is None or section.customer_id == customer_id}
