"""Bodies of the attribute route."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from hamdel.http import RequestModel, ResponseModel

__all__ = ["AttributesBody", "AttributesFound"]

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class AttributesBody(RequestModel):
    """At most 500 customers and 200 names."""

    customer_ids: Annotated[list[UUID], Field(max_length=500)]
    names: Annotated[list[Name], Field(max_length=200)]


class AttributesFound(ResponseModel):
    """For each customer, in the order asked, name → value; names that nothing is known of are left out, and so is all
    of a customer who is not there. A merged customer has those of the golden record."""

    items: list[dict[str, Any]]
