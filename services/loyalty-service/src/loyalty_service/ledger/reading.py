"""The sums of members as they are at a moment, for reads: what is due by then has happened, whether or not a sweep has
written it down yet. Nothing is locked and nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.ids import new_id
from loyalty_service.ledger.domain import Member
from loyalty_service.ledger.repository import wallets as repository
from loyalty_service.ledger.wallet import Wallet

__all__ = ["Sums", "members_at"]

Sums = dict[UUID, dict[UUID, Member]]
"""Programme → customer → the member's sums."""


async def members_at(connection: AsyncConnection, customer_ids: Iterable[UUID], now: datetime) -> Sums:
    """Every membership of these customers (name whole families: each id has its own rows), settled at `now`."""
    asked = list(customer_ids)
    found: Sums = {}
    for program_id, member in await repository.members_of(connection, asked):
        found.setdefault(program_id, {})[member.customer_id] = member
    wallets = {program_id: Wallet(now, new_id, members) for program_id, members in found.items()}
    for program_id, lot in await repository.due_lots_of(connection, asked, now) if found else ():
        wallets[program_id].lots[lot.id] = lot
    for wallet in wallets.values():
        wallet.settle()
    return found
