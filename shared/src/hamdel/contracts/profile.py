"""Facts of profile-service. Names, identifiers and other personal data stay out: they travel in the section alone,
which a tombstone erases; a fact lives as long as its topic keeps it."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from hamdel.contracts.base import Fact, Moment

__all__ = [
    "FACTS",
    "ConsentChanged",
    "CustomerCreated",
    "CustomerUpdated",
    "CustomersMerged",
    "CustomersUnmerged",
    "IdentifierAdded",
    "IdentifierRemoved",
    "RelationshipChanged",
]


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


class IdentifierRemoved(Fact):
    """An identifier no longer points at the customer; `type` is its type, never its value."""

    fact_type: ClassVar[str] = "profile.identifier_removed.v1"
    customer_id: UUID
    identifier_id: UUID
    type: str


class ConsentChanged(Fact):
    """A consent was given, refused, or waits for its confirmation (`pending`); the evidence stays with profile-service.

    `channel` may be `any`; `legal_basis` is one of GDPR article 6(1); the window is half open and binds a grant alone.
    """

    fact_type: ClassVar[str] = "profile.consent_changed.v1"
    customer_id: UUID
    purpose: str
    channel: str
    status: str
    legal_basis: str
    valid_from: Moment
    valid_to: Moment | None = None


class CustomersMerged(Fact):
    """Two ids turned out to be one person: from now on `absorbed_id` is shown as part of `survivor_id`.

    A reversible link: whatever was and will be recorded under the absorbed id stays its own. The fact is told once in
    the stream of each of the two (`customer_id`); a reader who keeps links follows the absorbed one's.
    """

    fact_type: ClassVar[str] = "profile.customers_merged.v1"
    customer_id: UUID
    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID


class CustomersUnmerged(Fact):
    """The link was undone: both ids stand for themselves again. Told in the stream of each, like the merge."""

    fact_type: ClassVar[str] = "profile.customers_unmerged.v1"
    customer_id: UUID
    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID


class RelationshipChanged(Fact):
    """How the relationship with the customer is kept; `owner_id` names the member of staff who keeps it."""

    fact_type: ClassVar[str] = "profile.relationship_changed.v1"
    customer_id: UUID
    model: str
    owner_id: str | None = None


FACTS: Final[tuple[type[Fact], ...]] = (
    CustomerCreated,
    CustomerUpdated,
    IdentifierAdded,
    IdentifierRemoved,
    RelationshipChanged,
    ConsentChanged,
    CustomersMerged,
    CustomersUnmerged,
)
