"""Consent, address and language of many customers at once, with a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import families_of
from profile_service.consents import repository as consents
from profile_service.consents.contact import Contact, can_contact
from profile_service.consents.domain import Row, standing_for
from profile_service.consents.service import Clocks
from profile_service.contacts.schemas import ContactItem, WantedContact
from profile_service.customers.domain import Customer
from profile_service.customers.schemas import NamePartsResource
from profile_service.identifiers.canonical import canonical
from profile_service.identifiers.domain import InvalidIdentifierError
from profile_service.merges.reading import golden_customers

__all__ = ["contacts"]

ADDRESSED_BY: Final = {"email": "email", "sms": "phone", "phone": "phone", "ivr": "phone", "app": "external:push"}
"""Channel → the type of the identifier that is its address."""


async def contacts(
    connection: AsyncConnection, wanted: Sequence[WantedContact], clocks: Clocks, region: str, at: datetime
) -> list[ContactItem]:
    """The answer to each question at a moment, in their order; a merged customer's is that of the whole family."""
    around = await families_of(connection, list({each.customer_id for each in wanted}))
    families = {family[0]: family for family in around.values()}
    customers = await golden_customers(connection, families)
    rows: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in await consents.newest(connection, [member for family in families.values() for member in family]):
        rows[row.customer_id].append(row)
    answers = []
    for each in wanted:
        family = around[each.customer_id]
        customer = customers.get(family[0])
        if customer is None:
            answers.append(ContactItem(customer_id=None, allowed=False, reason="unknown-customer"))
            continue
        told = [row for member in family for row in rows[member]]
        answers.append(_item(customer, each, _asked(customer, told, each, clocks, at), region))
    return answers


def _asked(customer: Customer, told: Iterable[Row], wanted: WantedContact, clocks: Clocks, at: datetime) -> Contact:
    return can_contact(
        standing_for(told, wanted.purpose, wanted.channel),
        wanted.purpose,
        wanted.channel,
        archived=customer.archived_at is not None,
        at=at,
        zone=ZoneInfo(customer.document.get("timezone") or clocks.default_timezone),
        quiet=clocks.quiet,
    )


def _item(customer: Customer, wanted: WantedContact, found: Contact, region: str) -> ContactItem:
    name = customer.document["name"]
    return ContactItem(
        customer_id=customer.id,
        allowed=found.allowed,
        reason=found.reason,
        next_allowed_at=found.next_allowed_at,
        addresses=_addresses(customer, wanted.channel, region),
        language=customer.document.get("language"),
        timezone=customer.document.get("timezone"),
        name=NamePartsResource(given=name.get("given"), family=name.get("family"), display=name.get("display")),
    )


def _addresses(customer: Customer, channel: str, region: str) -> list[str]:
    type_ = ADDRESSED_BY.get(channel)
    found = []
    for each in sorted(customer.identifiers, reverse=True):
        if each.type == type_:
            try:
                found.append(canonical(each.type, each.value, region))
            except InvalidIdentifierError:
                # taken in by older rules; nobody is reached there
                continue
    return found
