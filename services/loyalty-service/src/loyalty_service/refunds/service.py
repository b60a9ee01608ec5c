"""Use cases of refunds and corrections: what a purchase no longer earned is taken back, what it earned more is granted.

A change is applied once, whatever is told again (`purchase_changes`). In a programme that did not count the purchase
when it was told (it came later, or the customer was no member yet) it does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hamdel.database import UnitOfWork
from hamdel.messaging import on_behalf_of
from loyalty_service.earning.engine import earns
from loyalty_service.earning.repository import purchases
from loyalty_service.ledger.service import lock_families, open_book
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import active_programs
from loyalty_service.refunds import repository
from loyalty_service.refunds.changes import Change, Sale, Step, steps_of
from loyalty_service.refunds.settlement import Settlement
from loyalty_service.tiers.service import count

__all__ = ["apply"]


async def apply(unit: UnitOfWork, changes: Sequence[Change]) -> None:
    """Applies refunds and corrections in their order, in every programme. Of purchases that are not stored nothing is
    known, and nothing happens."""
    await lock_families(unit, {one.customer_id for one in changes})
    sales = await _sales(unit, {one.purchase_id for one in changes})
    told = {one.id: one for one in changes if one.purchase_id in sales}
    new = await repository.note(unit.connection, {one.id: one.purchase_id for one in told.values()}, unit.now)
    steps = steps_of([one for one in told.values() if one.id in new], sales)
    if steps:
        for program in await active_programs(unit.connection):
            counting = [one for one in steps if earns(program, one.before.purchase)]
            if counting:
                await _apply_in(unit, program, counting)
        await _store(unit, steps)


async def _sales(unit: UnitOfWork, purchase_ids: set[UUID]) -> dict[UUID, Sale]:
    stored = await purchases.find(unit.connection, purchase_ids)
    told = await repository.told(unit.connection, stored)
    return {one: Sale(purchase, *told[one]) for one, purchase in stored.items()}


async def _store(unit: UnitOfWork, steps: Sequence[Step]) -> None:
    after = {step.change.purchase_id: step.after for step in steps}
    await repository.refund(unit.connection, {one: sale.refunded for one, sale in after.items()})
    for purchase_id in {step.change.purchase_id for step in steps if step.change.corrects}:
        purchase = after[purchase_id].purchase
        await repository.correct(unit.connection, purchase_id, purchase.total, purchase.lines)


async def _apply_in(unit: UnitOfWork, program: Program, steps: Sequence[Step]) -> None:
    ids = list({one.change.purchase_id for one in steps})
    book = await open_book(unit, program, [one.before.purchase.customer_id for one in steps])
    settlement = Settlement(
        unit,
        program,
        book,
        await repository.accrued(unit.connection, program.id, ids),
        await book.lapsed(ids),
        await repository.lapsed_before(unit.connection, program.id, ids),
    )
    for step in steps:
        wallet = book.wallet(step.before.purchase.customer_id)
        if wallet is not None and settlement.counted(wallet, step):
            on_behalf_of(unit, step.change.event)
            await settlement.apply(wallet, step)
    await settlement.store()
    await book.save()
    await count(unit, program, settlement.credits)
