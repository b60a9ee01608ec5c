"""Bodies of the customer routes."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, Field, ValidationError, field_validator

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from profile_service.customers.bounds import BoundedObject
from profile_service.customers.domain import Customer, Document, complete
from profile_service.identifiers.schemas import IdentifierBody, IdentifierResource

__all__ = ["CustomerBody", "CustomerFields", "CustomerResource", "KnownCustomers", "checked"]

_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _is_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("not a time zone of the IANA database")
    return value


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Kind = Literal["person", "organization", "supplier"]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Label = Annotated[str, Field(min_length=1, max_length=64)]
Labels = Annotated[list[Label], Field(max_length=100), AfterValidator(_once)]


class Name(RequestModel):
    """A person has `given` and `family`, an organization `display`; none is required."""

    given: Line | None = None
    family: Line | None = None
    display: Line | None = None


class Address(RequestModel):
    """`country` is ISO 3166-1 alpha-2."""

    line1: Line | None = None
    line2: Line | None = None
    city: Line | None = None
    region: Line | None = None
    postal_code: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None


class Location(RequestModel):
    """WGS 84, in degrees."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]


class CustomerFields(RequestModel):
    """What can be said about a customer and be changed by a merge patch.

    `birth_date` is a calendar date without a zone; `language` is a BCP 47 tag, `timezone` an IANA name;
    `preferences` and `attributes` are open objects of at most 16 KiB and five levels; tags and interests are sets.
    """

    kind: Kind
    name: Name = Name()
    birth_date: date | None = None
    gender: Label | None = None
    occupation: Line | None = None
    income_band: Label | None = None
    address: Address | None = None
    location: Location | None = None
    language: Annotated[str, Field(pattern=_LANGUAGE, max_length=35)] | None = None
    timezone: Annotated[str, Field(max_length=64), AfterValidator(_is_zone)] | None = None
    interests: Labels = Field(default_factory=list)
    preferences: BoundedObject = Field(default_factory=dict)
    special_needs: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    attributes: BoundedObject = Field(default_factory=dict)
    tags: Labels = Field(default_factory=list)

    @field_validator("birth_date", mode="before")
    @classmethod
    def _is_a_date_alone(cls, value: Any) -> Any:
        """A time or a number of seconds has no place here: its date depends on a zone."""
        if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise ValueError("not a date such as 1990-05-17")
        if value is not None and not isinstance(value, str | date):
            raise ValueError("not a date such as 1990-05-17")
        return value

    @field_validator("address")
    @classmethod
    def _empty_is_none(cls, value: Address | None) -> Address | None:
        return value if value is not None and value.model_dump(exclude_none=True) else None

    def document(self) -> Document:
        """The fields as a document of the domain."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"identifiers"})


class CustomerBody(CustomerFields):
    """A new customer with what it is known under."""

    kind: Kind = "person"
    identifiers: list[IdentifierBody] = Field(default_factory=list, max_length=100)


class NameResource(ResponseModel):
    """Parts that are not known are null."""

    given: str | None
    family: str | None
    display: str | None


class AddressResource(ResponseModel):
    """Parts that are not known are null."""

    line1: str | None
    line2: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None


class LocationResource(ResponseModel):
    """WGS 84, in degrees."""

    lat: float
    lon: float


class CustomerResource(ResponseModel):
    """The whole record; fields without a value are null, times are UTC."""

    id: UUID
    version: int
    kind: str
    name: NameResource
    identifiers: list[IdentifierResource]
    birth_date: str | None
    gender: str | None
    occupation: str | None
    income_band: str | None
    address: AddressResource | None
    location: LocationResource | None
    language: str | None
    timezone: str | None
    interests: list[str]
    preferences: dict[str, Any]
    special_needs: str | None
    attributes: dict[str, Any]
    tags: list[str]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, customer: Customer, *, in_full: bool) -> CustomerResource:
        """`in_full`: whether the reader may see national ids and phones unmasked."""
        known_as = [IdentifierResource.of(found, in_full=in_full) for found in customer.identifiers]
        return cls(
            id=customer.id,
            version=customer.version,
            identifiers=known_as,
            created_at=customer.created_at,
            updated_at=customer.updated_at,
            **complete(customer.document),
        )


class KnownCustomers(ResponseModel):
    """Those of the asked ids that are customers, in the order they were asked."""

    known: list[UUID]


def checked(document: Document) -> Document:
    """A document that came out of a merge, held to the same rules as a new one. Raises RequestValidationError."""
    try:
        return CustomerFields.model_validate(document).document()
    except ValidationError as error:
        faults: Sequence[Any] = error.errors(include_url=False)
        raise RequestValidationError([{**fault, "loc": ("body", *fault["loc"])} for fault in faults]) from error
