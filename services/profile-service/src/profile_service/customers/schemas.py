"""Bodies of the customer routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError, field_validator

from hamdel.contracts.base import Moment
from hamdel.http import SOURCE_PATTERN, FieldError, InvalidValue, RequestModel, ResponseModel
from hamdel.text import unify
from profile_service.consents.schemas import FirstConsent
from profile_service.customers.bounds import BoundedObject
from profile_service.customers.codes import DIGITS, has_check_digit, spelled
from profile_service.customers.domain import Customer, Document, Link, complete
from profile_service.customers.values import DateOnly, Label, Labels, Language, Line, Passage, PostalCode, TimeZone
from profile_service.identifiers.schemas import IdentifierBody, IdentifierResource

__all__ = [
    "CustomerBody",
    "CustomerFields",
    "CustomerResource",
    "KnownCustomers",
    "VerificationBody",
    "checked",
    "read_code",
]

Kind = Literal["person", "organization", "supplier"]
Model = TypeVar("Model", bound=RequestModel)


def none_if_empty(value: Model | None) -> Model | None:
    """The value unless it says nothing."""
    return value if value is not None and value.model_dump(exclude_none=True) else None


class NameParts(RequestModel):
    """A person has `given` and `family`, an organization `display`; none is required."""

    given: Line | None = None
    family: Line | None = None
    display: Line | None = None


class Name(NameParts):
    """`other_script` is the same name written in the other script: in Latin letters where the parts are in Persian, and
    the other way round."""

    other_script: NameParts | None = None

    @field_validator("other_script")
    @classmethod
    def _empty_is_none(cls, value: NameParts | None) -> NameParts | None:
        return none_if_empty(value)


class Address(RequestModel):
    """`country` is ISO 3166-1 alpha-2."""

    line1: Line | None = None
    line2: Line | None = None
    city: Line | None = None
    region: Line | None = None
    postal_code: PostalCode | None = None
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
    birth_date: DateOnly | None = None
    gender: Label | None = None
    occupation: Line | None = None
    income_band: Label | None = None
    address: Address | None = None
    location: Location | None = None
    language: Language | None = None
    timezone: TimeZone | None = None
    interests: Labels = Field(default_factory=list)
    preferences: BoundedObject = Field(default_factory=dict)
    special_needs: Passage | None = None
    attributes: BoundedObject = Field(default_factory=dict)
    tags: Labels = Field(default_factory=list)

    @field_validator("address")
    @classmethod
    def _empty_is_none(cls, value: Address | None) -> Address | None:
        return none_if_empty(value)

    def document(self) -> Document:
        """The fields as a document of the domain."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"identifiers", "consents"})


class CustomerBody(CustomerFields):
    """A new customer with what it is known under and what it allows."""

    kind: Kind = "person"
    identifiers: list[IdentifierBody] = Field(default_factory=list, max_length=100)
    consents: list[FirstConsent] = Field(default_factory=list, max_length=50)


class NamePartsResource(ResponseModel):
    """Parts that are not known are null."""

    given: str | None
    family: str | None
    display: str | None


class NameResource(NamePartsResource):
    """`other_script` is null where no part of it is known."""

    other_script: NamePartsResource | None


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


class MergedCustomer(ResponseModel):
    """Another id of the same customer: it was merged `into` this one, or into one that was."""

    customer_id: UUID
    into: UUID
    merge_id: UUID
    merged_at: Moment

    @classmethod
    def of(cls, link: Link) -> MergedCustomer:
        """From the link."""
        return cls(
            customer_id=link.absorbed_id, into=link.survivor_id, merge_id=link.merge_id, merged_at=link.merged_at
        )


class CustomerResource(ResponseModel):
    """The whole record; fields without a value are null, times are UTC. `code` is the customer's own: nine digits, the
    last one a check digit."""

    id: UUID
    version: int
    code: str
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
    last_verified_at: Moment | None
    archived_at: Moment | None
    merged: list[MergedCustomer]

    @classmethod
    def of(cls, customer: Customer, *, in_full: bool) -> CustomerResource:
        """`in_full`: whether the reader may see national ids and phones unmasked."""
        known_as = [IdentifierResource.of(found, in_full=in_full) for found in customer.identifiers]
        return cls(
            id=customer.id,
            version=customer.version,
            code=customer.code,
            identifiers=known_as,
            created_at=customer.created_at,
            updated_at=customer.updated_at,
            last_verified_at=customer.last_verified_at,
            archived_at=customer.archived_at,
            merged=[MergedCustomer.of(link) for link in customer.merged],
            **complete(customer.document),
        )


class VerificationBody(RequestModel):
    """`source` is how it was checked (as in `Hamdel-Source`, which it goes before), `evidence` what was seen."""

    source: Annotated[str, Field(pattern=SOURCE_PATTERN)] | None = None
    evidence: Passage | None = None


class KnownCustomers(ResponseModel):
    """Those of the asked ids that are customers, in the order they were asked."""

    known: list[UUID]


def read_code(text: str) -> str:
    """The digits of a code as somebody typed it. Raises InvalidValue `invalid-code`."""
    digits = spelled(unify(text))
    if digits is None:
        raise InvalidValue("invalid-code", errors=[FieldError("/path/code", f"has not {DIGITS} digits", "code_length")])
    if not has_check_digit(digits):
        message = "the check digit does not fit: a digit is wrong, or two have changed places"
        raise InvalidValue("invalid-code", message, errors=[FieldError("/path/code", message, "check_digit")])
    return digits


def checked(document: Document) -> Document:
    """A document that came out of a merge, held to the same rules as a new one. Raises RequestValidationError."""
    try:
        return CustomerFields.model_validate(document).document()
    except ValidationError as error:
        faults: Sequence[Any] = error.errors(include_url=False)
        raise RequestValidationError([{**fault, "loc": ("body", *fault["loc"])} for fault in faults]) from error
