"""Bodies of the identifier routes, and the part of other bodies that is an identifier."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from hamdel.http import FieldError, InvalidValue, RequestModel, ResponseModel
from hamdel.text import unify
from profile_service.customers.domain import Identifier
from profile_service.identifiers.domain import MAX_CANONICAL, TYPE_PATTERN, Wanted, canonical, shown

__all__ = ["IdentifierBody", "IdentifierResource", "Resolution", "Resolutions", "ResolveBody", "asked"]


class IdentifierBody(RequestModel):
    """An identifier as a client names it: `phone`, `email`, `social:telegram`, `external:<system>` …"""

    type: Annotated[str, Field(pattern=TYPE_PATTERN)]
    value: Annotated[str, Field(min_length=1, max_length=MAX_CANONICAL)]

    @field_validator("value")
    @classmethod
    def _says_something(cls, value: str, info: ValidationInfo) -> str:
        key = canonical(info.data.get("type", ""), unify(value))
        if not key or len(key) > MAX_CANONICAL:
            raise ValueError("has nothing to compare by, or too much")
        return value

    def wanted(self) -> Wanted:
        """The identifier with the form it is compared in."""
        return Wanted(self.type, self.value, canonical(self.type, unify(self.value)))


class ResolveBody(RequestModel):
    """At most 1,000 identifiers; with `create_missing` each unknown one becomes a customer of kind person."""

    create_missing: bool = False
    identifiers: Annotated[list[IdentifierBody], Field(max_length=1000)]


class Resolution(ResponseModel):
    """What one identifier points at."""

    id: UUID | None
    status: Literal["found", "created", "missing"]


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


def asked(type_: str, value: str) -> Wanted:
    """The identifier named in a path. Raises InvalidValue (422)."""
    try:
        return IdentifierBody(type=type_, value=value).wanted()
    except ValidationError as error:
        faults = [FieldError(f"/path/{fault['loc'][0]}", fault["msg"]) for fault in error.errors()]
        raise InvalidValue("invalid-identifier", errors=faults) from error
