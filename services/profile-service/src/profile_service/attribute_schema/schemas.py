"""Bodies of the attribute schema."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from profile_service.attribute_schema.repository import Stored
from profile_service.customers.bounds import bounded

__all__ = ["AttributeSchemaBody", "AttributeSchemaResource"]

MAX_BYTES: Final = 32 * 1024
MAX_DEPTH: Final = 20

SchemaObject = Annotated[dict[str, Any], AfterValidator(bounded(MAX_BYTES, MAX_DEPTH))]


class AttributeSchemaBody(RequestModel):
    """A JSON Schema (draft 2020-12) for the object `attributes`: at most 32 KiB and 20 levels, references inside it
    alone, patterns of the linear-time kind (no look-around, no back references)."""

    document: Annotated[SchemaObject, Field(alias="schema")]


class AttributeSchemaResource(ResponseModel):
    """The schema in force; `version` counts 1, 2, 3 …, `set_at` is UTC, `set_by` the token's subject."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, validate_by_name=True)

    version: int
    document: Annotated[dict[str, Any], Field(alias="schema")]
    set_by: str
    set_at: Moment

    @classmethod
    def of(cls, stored: Stored) -> AttributeSchemaResource:
        """The resource of a stored version."""
        return cls(version=stored.version, document=stored.schema, set_by=stored.actor, set_at=stored.created_at)
