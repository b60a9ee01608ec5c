"""The single values of a customer record, each with its bounds."""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from hamdel.text import unify

__all__ = ["DateOnly", "Label", "Labels", "Language", "Line", "Passage", "PostalCode", "StorableTime", "TimeZone"]

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LANGUAGE_TAG: Final = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"  # language, extended languages
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"  # script, region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"  # private use
    r"|x(?:-[a-z0-9]{1,8})+",
    re.IGNORECASE | re.ASCII,
)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _is_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("not a time zone of the IANA database")
    return value


def _is_language(value: str) -> str:
    if not _LANGUAGE_TAG.fullmatch(value):
        raise ValueError("not a language tag such as fa-IR (BCP 47)")
    return value


def _says_something(value: str) -> str:
    if not unify(value):
        raise ValueError("is blank")
    return value


def _is_a_date_alone(value: Any) -> Any:
    if value is not None and not (isinstance(value, date) or (isinstance(value, str) and _DATE.fullmatch(value))):
        raise ValueError("not a date such as 1990-05-17")
    return value


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_says_something)]
Label = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_says_something)]
Labels = Annotated[list[Label], Field(max_length=100), AfterValidator(_once)]
Passage = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_says_something)]
PostalCode = Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_says_something)]

DateOnly = Annotated[date, BeforeValidator(_is_a_date_alone)]
"""A calendar date: a time or a number of seconds has no place here, because its date depends on a zone."""

StorableTime = Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), lt=datetime(3000, 1, 1, tzinfo=UTC))]
"""A moment that every zone and the database can hold."""

Language = Annotated[str, Field(max_length=35), AfterValidator(_is_language)]
"""A well-formed tag of BCP 47 (RFC 5646, section 2.1, without the grandfathered ones), as it was given."""

TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_is_zone)]
"""A name of the IANA database."""
