"""The kinds of interactions whose attributes have a known shape. Every other kind is free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Generic, NotRequired, TypeVar

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter
from typing_extensions import TypedDict

__all__ = ["INTERVIEW", "check_attributes"]

T = TypeVar("T")
INTERVIEW: Final = "interview"

_Line = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
_Said = Annotated[str, StringConstraints(max_length=10_000)]


class PageView(TypedDict):
    """A page of the web site or a screen of the app was shown; `url` says which."""

    url: _Line


class Location(TypedDict):
    """Where a device was: degrees, WGS 84."""

    lat: Annotated[float, Field(strict=True, ge=-90, le=90)]
    lon: Annotated[float, Field(strict=True, ge=-180, le=180)]


class Note(TypedDict):
    """One topic of an interview."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    topic: _Line
    question: NotRequired[_Said | None]
    answer: _Said


class Interview(TypedDict):
    """An interview with a key customer: who was there, what was said topic by topic, what comes next."""

    participants: Annotated[list[_Line], Field(min_length=1, max_length=50)]
    notes: Annotated[list[Note], Field(max_length=200)]
    next_steps: NotRequired[Annotated[list[_Line], Field(max_length=50)]]


class _Attributes(TypedDict, Generic[T]):
    attributes: T


_SHAPES: Final[Mapping[str, TypeAdapter[Any]]] = {
    "page_view": TypeAdapter(_Attributes[PageView]),
    "location": TypeAdapter(_Attributes[Location]),
    INTERVIEW: TypeAdapter(_Attributes[Interview]),
}


def check_attributes(kind: str, attributes: Mapping[str, Any]) -> None:
    """Raises pydantic's ValidationError, located below `attributes`, where they do not fit the kind. What a shape does
    not name is free."""
    shape = _SHAPES.get(kind)
    if shape is not None:
        shape.validate_python({"attributes": attributes})
