"""Bodies of the identifier routes, and the part of other bodies that is an identifier."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from hamdel.http import RequestModel, ResponseModel
from profile_service.customers.domain import Identifier
from profile_service.identifiers.domain import MAX_CANONICAL, TYPE_PATTERN, TYPES, shown

__all__ = [
    "IdentifierBody",
    "IdentifierResource",
    "IdentifierTypes",
    "Resolution",
    "Resolutions",
    "ResolveBody",
    "identifier_types",
]


class IdentifierBody(RequestModel):
    """An identifier as a client names it: `phone`, `email`, `social:telegram`, `external:<system>` …"""

    type: Annotated[str, Field(pattern=TYPE_PATTERN)]
    value: Annotated[str, Field(min_length=1, max_length=MAX_CANONICAL)]


class ResolveBody(RequestModel):
    """At most 1,000 identifiers; with `create_missing` each unknown one becomes a customer of kind person."""

    create_missing: bool = False
    identifiers: Annotated[list[IdentifierBody], Field(max_length=1000)]


class Resolution(ResponseModel):
    """What one identifier points at; `ambiguous` is a shared one that several customers have."""

    id: UUID | None
    status: Literal["found", "created", "missing", "ambiguous"]


class Resolutions(ResponseModel):
    """In the order of the request; the same identifier twice has the same answer twice."""

    items: list[Resolution]


class IdentifierResource(ResponseModel):
    """An identifier of a customer, as it was given (or masked)."""

    id: UUID
    type: str
    value: str

    @classmethod
    def of(cls, identifier: Identifier, *, in_full: bool) -> IdentifierResource:
        """`in_full`: whether the reader may see personal data."""
        value = identifier.value if in_full else shown(identifier.type, identifier.value)
        return cls(id=identifier.id, type=identifier.type, value=value)


class IdentifierTypeResource(ResponseModel):
    """The rules of a type. `maximum` is per customer; the lower the `priority`, the more it says about who somebody
    is; `blocked` are regular expressions over the whole value, case folded, in one spelling."""

    type: str
    strength: Literal["unique", "shared"]
    maximum: int
    priority: int
    blocked: list[str]


class IdentifierTypes(ResponseModel):
    """Every type, by priority; `social:*` stands for each network, `external:*` for each system."""

    items: list[IdentifierTypeResource]


def identifier_types() -> IdentifierTypes:
    """The table of types as it is decided."""
    return IdentifierTypes(
        items=[
            IdentifierTypeResource(
                type=each.name,
                strength=each.strength,
                maximum=each.maximum,
                priority=each.priority,
                blocked=list(each.blocked),
            )
            for each in TYPES
        ]
    )
