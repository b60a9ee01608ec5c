"""Counting the whole ledger again, from its entries, in one snapshot; writing cached sums anew where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.context import CallContext
from hamdel.database import UnitOfWorkFactory
from loyalty_service.ledger.repository import checks
from loyalty_service.ledger.repository.checks import CACHED, FIRST, LAST, Difference
from loyalty_service.ledger.service import lock_families

__all__ = ["ACCOUNTS", "Report", "rebuild", "verify"]

ACCOUNTS: Final = ("issued", "redeemed", "expired", "adjusted", "available", "pending", "reserved")

MEMBERS_AT_ONCE: Final = 2000
REBUILT_AT_ONCE: Final = 500


@dataclass
class Report:
    """How much was counted, what every account holds, and all that does not follow from the entries."""

    members: int = 0
    entries: int = 0
    accounts: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The sum over all accounts: the programme's from entries, the members' as they are cached. Always zero."""
        return sum(self.accounts.values())


async def verify(engine: AsyncEngine, at_once: int = MEMBERS_AT_ONCE) -> Report:
    """Counts everything, `at_once` memberships with a statement, while others write on: they are not seen."""
    counted: Counter[str] = Counter()
    report = Report()
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        after = FIRST
        while after != LAST:
            until = await checks.end_of_range(connection, after, at_once)
            counted.update(await checks.totals(connection, after, until))
            report.differences += await checks.differences(connection, after, until)
            after = until
        report.differences += await checks.strays(connection, counted)
    report.members, report.entries = counted["members"], counted["entries"]
    report.accounts = {account: counted[account] for account in ACCOUNTS}
    return report


async def rebuild(units: UnitOfWorkFactory, context: CallContext, found: Iterable[Difference]) -> int:
    """Writes the cached sums of the members among these differences anew; gives how many members. What else differs
    (a lot, a use, an entry) stays: nothing could say which side is right."""
    wrong: dict[UUID, set[UUID]] = {}
    for one in found:
        if one.what in CACHED and one.program_id and one.customer_id:
            wrong.setdefault(one.program_id, set()).add(one.customer_id)
    for program_id, members in wrong.items():
        ordered = sorted(members)
        for start in range(0, len(ordered), REBUILT_AT_ONCE):
            await _rebuild(units, context, program_id, ordered[start : start + REBUILT_AT_ONCE])
    return sum(map(len, wrong.values()))


async def _rebuild(units: UnitOfWorkFactory, context: CallContext, program_id: UUID, members: list[UUID]) -> None:
    async with units(context) as unit:
        await lock_families(unit, members)
        await checks.rebuild(unit.connection, program_id, members, unit.now)
        for customer_id in members:
            unit.touch(customer_id)
