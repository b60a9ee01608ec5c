"""The profile section of the customer view.

It holds personal data in full, because it is the one copy that others join with; whoever shows it to people masks it
(the gateway does, by the reader's roles and scopes).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from profile_service.customers.domain import Customer, complete
from profile_service.customers.repository import find_many

__all__ = ["ProfileSection"]

_LATER: dict[str, Any] = {"stage": None, "relationship": None, "segments": [], "consents": [], "traits": {}}


class ProfileSection:
    """Renders who the customer is. Deterministic: the same rows give the same bytes."""

    section = "profile"
    service = "profile"

    async def render(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, bytes | None]:
        """One statement for all of them; an id that is no customer has no entry."""
        found = await find_many(connection, customer_ids)
        return {customer_id: _data(customer) for customer_id, customer in found.items()}


def _data(customer: Customer) -> bytes:
    fields = complete(customer.document)
    record = {
        "kind": fields.pop("kind"),
        "name": fields.pop("name"),
        "identifiers": [{"type": each.type, "value": each.value} for each in customer.identifiers],
        **_LATER,
        **fields,
        "version": customer.version,
        "created_at": rfc3339(customer.created_at),
        "updated_at": rfc3339(customer.updated_at),
    }
    return orjson.dumps(record)
