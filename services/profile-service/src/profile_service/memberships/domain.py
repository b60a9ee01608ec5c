"""Pure rules about memberships."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

__all__ = ["MOST_AT_ONCE", "Membership", "Terms", "may_be_member", "may_have_members", "recorded"]

MOST_AT_ONCE: Final = 100
"""Memberships of one person that have not ended: they are all in its section of the view."""


@dataclass(frozen=True, slots=True)
class Terms:
    """In which role (and under which title) a person belongs to an organization, from and to which dates."""

    organization_id: UUID
    role: str
    title: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A membership as stored; times are UTC. `ended_at` is when it was ended here, None as long as it stands."""

    id: UUID
    person_id: UUID
    terms: Terms
    created_at: datetime
    ended_at: datetime | None = None


def may_be_member(kind: str) -> bool:
    """Only a person belongs to an organization."""
    return kind == "person"


def may_have_members(kind: str) -> bool:
    """Organizations have members, and suppliers, which are organizations one buys from."""
    return kind in ("organization", "supplier")


def recorded(terms: Terms) -> dict[str, Any]:
    """A membership as the history and the section tell it: ids, role and dates. Names would go stale there."""
    return {
        "organization_id": str(terms.organization_id),
        "role": terms.role,
        "title": terms.title,
        "since": terms.since.isoformat() if terms.since else None,
        "until": terms.until.isoformat() if terms.until else None,
    }
