"""The building blocks of request bodies, and the shape of a batch's answer."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from hamdel.clock import utc_now
from hamdel.http import ResponseModel
from interaction_service.interactions.domain import CHANNELS
from interaction_service.recording.domain import Status, too_far_ahead

__all__ = [
    "Attributes",
    "BatchAnswer",
    "Channel",
    "Currency",
    "HappenedAt",
    "MoneyBody",
    "Name",
    "Source",
    "Word",
    "holds_nul",
]

RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)
MAX_ATTRIBUTES: Final = 16 * 1024
MAX_DEPTH: Final = 5


def happened_at(value: Any) -> datetime:
    """An RFC 3339 time with an offset, as UTC; raises a validation error for another form, for a date that does not
    exist and for more than a day in the future. Digits beyond microseconds are cut off."""
    if not isinstance(value, str) or RFC3339.fullmatch(value) is None:
        raise PydanticCustomError("datetime_parsing", "must be an RFC 3339 time with an offset")
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("datetime_parsing", "must be a time that exists") from error
    if too_far_ahead(moment, utc_now()):
        raise PydanticCustomError("in_the_future", "must not be more than one day in the future")
    return moment


def bounded_object(value: Any) -> Any:
    """A JSON object of at most 16 KiB, at most 5 levels deep (itself the first), of finite numbers."""
    if isinstance(value, dict) and value:
        _check_depth(value, MAX_DEPTH)
        if _size(value) > MAX_ATTRIBUTES:
            raise PydanticCustomError("too_large", "must be at most 16 KiB of JSON")
    return value


def _check_depth(value: Any, left: int) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("finite_number", "must hold finite numbers")
    if isinstance(value, dict | list):
        if left == 0:
            raise PydanticCustomError("too_deep", "must be at most 5 levels deep")
        for inner in value.values() if isinstance(value, dict) else value:
            _check_depth(inner, left - 1)


def _size(value: dict[str, Any]) -> int:
    try:
        return len(orjson.dumps(value))
    except orjson.JSONEncodeError as error:
        raise PydanticCustomError("not_json", "must be plain JSON") from error


def holds_nul(value: Any) -> bool:
    """Whether U+0000, which PostgreSQL's text cannot hold, is anywhere in parsed JSON. Not recursive: the depth of a
    body is the sender's choice."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and "\x00" in one:
            return True
        if isinstance(one, dict):
            waiting += one.keys()
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False


HappenedAt = Annotated[datetime, BeforeValidator(happened_at)]
Attributes = Annotated[dict[str, Any], BeforeValidator(bounded_object)]
Channel = Literal[CHANNELS]  # type: ignore[valid-type]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Source = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Amount = Annotated[
    str,
    StringConstraints(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?$"),
    Field(description="a decimal of at most 4 places, never negative", examples=["77.00"]),
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class MoneyBody(TypedDict):
    """An exact amount as a decimal string and its ISO 4217 code. A typed dict: a batch of them is checked without
    making an object of each."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    amount: Amount
    currency: Currency


class ItemProblem(ResponseModel):
    """Why an item was rejected (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]]


class ItemAnswer(ResponseModel):
    """What became of one item; `id` is the stored record's, also that of the earlier one for a duplicate."""

    status: Status
    id: UUID | None
    problem: ItemProblem | None


class BatchAnswer(ResponseModel):
    """One answer per item, in the order of the request."""

    items: list[ItemAnswer]
