"""The facts of other services that rules may be about."""

from __future__ import annotations

from typing import Any, Final

from hamdel.contracts import loyalty, profile, survey
from hamdel.contracts.envelope import Event
from hamdel.database import UnitOfWork
from interaction_service.rules.service import Happening, tell

__all__ = ["RULED", "on_foreign_fact"]

KEYS: Final = ("response_id", "invitation_id", "entry_id")
"""The fields that name what a fact is about, so that one told under two event ids has one effect. A fact without one (a
tier changed, a consent) has its event's id."""


async def on_foreign_fact(unit: UnitOfWork, event: Event) -> None:
    """Asks the rules on this fact."""
    key = next((event.data[name] for name in KEYS if name in event.data), event.id)
    await tell(unit, event.type, [Happening(event.subject, event.time, event.data, str(key))])


RULED: Final[dict[str, Any]] = {
    fact.fact_type: on_foreign_fact for module in (profile, survey, loyalty) for fact in module.FACTS
}
"""Every fact of the neighbours with the one handler."""
