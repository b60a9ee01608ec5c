"""What clients name, made comparable by the rules of this installation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pydantic import ValidationError
from starlette.requests import Request

from hamdel.http import FieldError, InvalidValue, ServiceSettings, services_of
from profile_service.identifiers.canonical import wanted
from profile_service.identifiers.domain import InvalidIdentifierError, Wanted
from profile_service.identifiers.schemas import IdentifierBody
from profile_service.settings import ProfileSettings

__all__ = ["phone_region", "read_all", "read_one", "read_path"]


def read_all(request: Request, named: Sequence[IdentifierBody]) -> list[Wanted]:
    """The identifiers of a body's list `identifiers`. Raises InvalidValue (422) naming all that are wrong."""
    return _read(request, {f"/identifiers/{index}/value": each for index, each in enumerate(named)})


def read_one(request: Request, named: IdentifierBody) -> Wanted:
    """The identifier that is the whole body. Raises InvalidValue (422)."""
    return _read(request, {"/value": named})[0]


def read_path(request: Request, type_: str, value: str) -> Wanted:
    """The identifier named in a path. Raises InvalidValue (422)."""
    try:
        named = IdentifierBody(type=type_, value=value)
    except ValidationError as error:
        faults = [FieldError(f"/path/{fault['loc'][0]}", fault["msg"], fault["type"]) for fault in error.errors()]
        raise InvalidValue("invalid-identifier", errors=faults) from error
    return _read(request, {"/path/value": named})[0]


def phone_region(settings: ServiceSettings) -> str:
    """Where a phone number without a country code is dialled."""
    return cast("ProfileSettings", settings).default_phone_region


def _read(request: Request, named: dict[str, IdentifierBody]) -> list[Wanted]:
    region, found, faults = phone_region(services_of(request).settings), [], []
    for pointer, each in named.items():
        try:
            found.append(wanted(each.type, each.value, region))
        except InvalidIdentifierError as error:
            faults.append(FieldError(pointer, error.message, error.kind))
    if faults:
        raise InvalidValue("invalid-identifier", errors=faults)
    return found
