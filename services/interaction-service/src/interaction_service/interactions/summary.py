"""An interaction as the recent list of the section shows it."""

from __future__ import annotations

from typing import Any

from interaction_service.interactions.domain import Interaction

__all__ = ["summary_of"]


def summary_of(record: Interaction) -> dict[str, Any]:
    """What is stored as JSON (with `OPT_UTC_Z`) when the interaction is recorded: a section then joins ready texts,
    which is five times as fast as making them of columns, and an interaction never changes."""
    return {
        "id": record.id,
        "channel": record.channel,
        "direction": record.direction,
        "kind": record.kind,
        "occurred_at": record.occurred_at,
        "subject": record.subject,
        "outcome": record.outcome,
        "agent_id": record.agent_id,
    }
