"""Facts of profile-service. Names, identifiers and other personal data stay out: they travel in the section alone,
which a tombstone erases; a fact lives as long as its topic keeps it."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from hamdel.contracts.base import Fact

__all__ = ["FACTS", "CustomerCreated", "CustomerUpdated", "IdentifierAdded"]


class CustomerCreated(Fact):
    """A customer is known from now on. `kind` is person, organization or supplier; `version` is the resource's."""

    fact_type: ClassVar[str] = "profile.customer_created.v1"
    customer_id: UUID
    kind: str
    language: str | None = None
    timezone: str | None = None
    version: int


class CustomerUpdated(Fact):
    """Fields changed; `changed` names them as JSON pointers (RFC 6901), the values are in the section."""

    fact_type: ClassVar[str] = "profile.customer_updated.v1"
    customer_id: UUID
    changed: list[str]
    version: int


class IdentifierAdded(Fact):
    """An identifier now points at the customer; `type` is its type (`phone`, `external:cdnow`), never its value."""

    fact_type: ClassVar[str] = "profile.identifier_added.v1"
    customer_id: UUID
    identifier_id: UUID
    type: str


FACTS: Final[tuple[type[Fact], ...]] = (CustomerCreated, CustomerUpdated, IdentifierAdded)
