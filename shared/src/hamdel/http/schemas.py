"""The base of request bodies, and paging. Everything that comes from outside is bounded here, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, cast

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

__all__ = ["BIGINT_MAX", "MAX_TEXT", "BigInt", "Page", "PageQuery", "Paging", "RequestModel", "ResponseModel"]

T = TypeVar("T")

MAX_TEXT = 10_000
BIGINT_MAX = 2**63 - 1

BigInt = Annotated[int, Field(ge=-BIGINT_MAX - 1, le=BIGINT_MAX)]

_INSIDE = ("schema", "items_schema", "keys_schema", "values_schema", "choices", "fields", "definitions")


def _bound(schema: Any) -> None:
    if isinstance(schema, list | tuple):
        for item in schema:
            _bound(item)
    elif isinstance(schema, dict):
        _bound_node(cast("dict[str, Any]", schema))


def _bound_node(node: dict[str, Any]) -> None:
    kind = node.get("type")
    if kind == "str":
        node.setdefault("max_length", MAX_TEXT)
    elif kind == "int":
        if not {"le", "lt"} & node.keys():
            node["le"] = BIGINT_MAX
        if not {"ge", "gt"} & node.keys():
            node["ge"] = -BIGINT_MAX - 1
    for key in _INSIDE:
        inner = node.get(key)
        if key == "fields" and isinstance(inner, dict):
            _bound(list(inner.values()))
        elif inner is not None:
            _bound(inner)


class RequestModel(BaseModel):
    """A request body: unknown fields are refused, every string has at most 10,000 characters and every integer fits
    a bigint unless its field says otherwise. NUL is refused before a model sees the body (see `body.py`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        _bound(schema)
        return schema


class ResponseModel(BaseModel):
    """A response body; built by us, so it is not validated again on the way out."""

    model_config = ConfigDict(frozen=True)


class Page(ResponseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """`limit` is 1…200, 50 by default; `cursor` comes from the page before (see `cursors.py`)."""

    limit: int = 50
    cursor: str | None = None


def paging(
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=2_048)] = None,
) -> Paging:
    """The dependency behind `PageQuery`."""
    return Paging(limit, cursor)


PageQuery = Annotated[Paging, Depends(paging)]
