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
from hamdel.database import Families
from profile_service.consents.domain import Row, Standing, standing_of_family
from profile_service.consents.repository import newest
from profile_service.customers.domain import Customer, Link, complete
from profile_service.memberships.domain import Membership, recorded
from profile_service.memberships.repository import standing as standing_memberships
from profile_service.merges.reading import golden_customers
from profile_service.merges.repository import count_rows

__all__ = ["ProfileSection"]

_LATER: dict[str, Any] = {"stage": None, "relationship": None, "segments": [], "traits": {}}


class ProfileSection:
    """Renders who the customer is. Deterministic: the same rows give the same bytes."""

    section = "profile"
    service = "profile"

    async def render(self, connection: AsyncConnection, families: Families) -> dict[UUID, bytes | None]:
        """Three statements for all of them, two more where somebody is merged; an id that is no customer has no entry.

        A merged customer is one: the golden record, everybody's identifiers, consents and memberships.
        """
        found = await golden_customers(connection, families)
        root_of = {member: root for root in found for member in families[root]}
        told: dict[UUID, list[Row]] = {root: [] for root in found}
        for row in await newest(connection, list(root_of)):
            told[root_of[row.customer_id]].append(row)
        joined: dict[UUID, list[Membership]] = {root: [] for root in found}
        for membership in await standing_memberships(connection, list(root_of)):
            joined[root_of[membership.person_id]].append(membership)
        return {root: _data(customer, told[root], joined[root]) for root, customer in found.items()}

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        """Identifiers, consents, memberships and lines of the history."""
        return await count_rows(connection, customer_ids)


def _data(customer: Customer, told: Sequence[Row], joined: Sequence[Membership]) -> bytes:
    fields = complete(customer.document)
    record = {
        "kind": fields.pop("kind"),
        "name": fields.pop("name"),
        "identifiers": [{"type": each.type, "value": each.value} for each in customer.identifiers],
        **_LATER,
        "consents": [_consent(pair, standing) for pair, standing in standing_of_family(told).items()],
        **fields,
        "memberships": [recorded(each.terms) for each in joined],
        "code": customer.code,
        "version": customer.version,
        "created_at": rfc3339(customer.created_at),
        "updated_at": rfc3339(customer.updated_at),
        "last_verified_at": rfc3339(customer.last_verified_at) if customer.last_verified_at else None,
        "archived_at": rfc3339(customer.archived_at) if customer.archived_at else None,
        "merged": [_merged(link) for link in customer.merged],
    }
    return orjson.dumps(record)


def _consent(pair: tuple[str, str], standing: Standing) -> dict[str, Any]:
    """What stands, without a clock: whoever reads it holds the window of a grant against its own."""
    return {
        "purpose": pair[0],
        "channel": pair[1],
        "status": standing.row.status,
        "legal_basis": standing.row.legal_basis,
        "valid_from": rfc3339(standing.valid_from),
        "valid_to": rfc3339(standing.valid_to) if standing.valid_to else None,
        "recorded_at": rfc3339(standing.row.recorded_at),
    }


def _merged(link: Link) -> dict[str, str]:
    return {
        "customer_id": str(link.absorbed_id),
        "into": str(link.survivor_id),
        "merge_id": str(link.merge_id),
        "merged_at": rfc3339(link.merged_at),
    }
