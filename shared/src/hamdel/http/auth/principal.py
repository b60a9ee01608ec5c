"""Who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

__all__ = ["ROLES", "Principal"]

ROLES = frozenset({"admin", "manager", "agent", "analyst", "service", "customer"})


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified token's subject. `expires_at` is in seconds since the epoch; `customer_id` is the claim that the
    role `customer` needs."""

    subject: str
    roles: frozenset[str]
    customer_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    expires_at: float = float("inf")

    @property
    def sees_personal_data(self) -> bool:
        """Whether national ids and phone numbers are shown in full (api.md: masked for `agent` and `analyst`)."""
        return "pii:read" in self.scopes or bool(self.roles & {"admin", "manager", "service", "customer"})
