"""What a told purchase does: it is stored, and what it earns in each programme is granted.

A run of purchases is one transaction with a handful of statements per programme. A purchase that is stored already
was told before and does nothing, whatever came since: not a replay, not a record that came twice, not a new programme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from hamdel.contracts.envelope import Event
from hamdel.contracts.interaction import PurchaseRecorded
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler
from hamdel.messaging.consumer.handlers import InBatches, on_behalf_of
from loyalty_service.earning.engine import Purchase
from loyalty_service.earning.reckoning import Reckoner, Reckoning
from loyalty_service.earning.repository import purchases as repository
from loyalty_service.earning.repository.purchases import Accrual
from loyalty_service.earning.service import know_tiers, reckoner_for, tiers_matter
from loyalty_service.enrolment.cards.service import issue
from loyalty_service.ledger.domain import Entry
from loyalty_service.ledger.service import Book, open_book
from loyalty_service.programs.dates import available_at, expires_at
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import active_programs
from loyalty_service.tiers.service import Credit, count

__all__ = ["ON_PURCHASES", "on_purchases", "purchase_of"]

NONE: Final = Decimal(0)
SEVERAL: Final = "several"


class Told(NamedTuple):
    """A purchase and the event that told it."""

    purchase: Purchase
    event: Event


async def on_purchases(unit: UnitOfWork, events: Sequence[Event]) -> None:
    """Stores the purchases that are new and grants what they earn."""
    told: dict[UUID, Told] = {}
    for event in events:
        purchase = purchase_of(event)
        told.setdefault(purchase.id, Told(purchase, event))
    await unit.lock_streams({one.purchase.customer_id for one in told.values()})
    new = await repository.add(unit.connection, [one.purchase for one in told.values()], unit.now)
    fresh = [one for purchase_id, one in told.items() if purchase_id in new]
    if fresh:
        for program in await active_programs(unit.connection):
            await earn(unit, program, fresh)


async def earn(unit: UnitOfWork, program: Program, told: Sequence[Told]) -> None:
    """Grants what new purchases earn in one programme, in the order they were told.

    All at once; where the tier makes a difference, a customer has one purchase in each round: the second one earns in
    the tier that the first one led to, however the events were put together.
    """
    automatic = program.enrolment == "automatic"
    book = await open_book(unit, program, [one.purchase.customer_id for one in told], lots=False, enrol=automatic)
    await issue(unit, program, list(book.changes.joined))
    counting = [one for one in told if book.wallet(one.purchase.customer_id)]
    reckoner = await reckoner_for(unit.connection, program, [one.purchase for one in counting])
    by_tier = len(counting) > 1 and await tiers_matter(unit.connection, program)
    for number, some in enumerate(_one_each(counting, unit) if by_tier else (counting,)):
        if number:
            await know_tiers(unit.connection, reckoner, [one.purchase.customer_id for one in some])
        await _earn_together(unit, book, reckoner, some)


async def _earn_together(unit: UnitOfWork, book: Book, reckoner: Reckoner, told: Sequence[Told]) -> None:
    reckonings: list[Reckoning] = []
    accruals: list[Accrual] = []
    for one in told:
        reckoning = reckoner.reckon(one.purchase)
        if reckoning is not None:
            reckonings.append(reckoning)
            if reckoning.earned:
                on_behalf_of(unit, one.event)
                accruals += _accruals(reckoning, grant(book, reckoner.program, reckoning))
    await repository.add_accruals(unit.connection, reckoner.program.id, accruals)
    await book.save()
    await count(unit, reckoner.program, [_credit(one) for one in reckonings])


def grant(book: Book, program: Program, reckoning: Reckoning) -> Entry | None:
    """One lot for all that a purchase earns; None where it was granted before."""
    purchase, earned = reckoning.purchase, reckoning.earned
    wallet = book.wallet(purchase.customer_id)
    if wallet is None:
        return None
    at = purchase.occurred_at
    return wallet.earn(
        purchase.customer_id,
        reckoning.points,
        at=at,
        available_at=available_at(program, at) if program.pending_days else None,
        expires_at=expires_at(program, at),
        key=f"purchase:{purchase.id}",
        rule_code=earned[0].rule.code if len(earned) == 1 else SEVERAL,
        purchase_id=purchase.id,
    )


def purchase_of(event: Event) -> Purchase:
    """The purchase that a `PurchaseRecorded` tells, read as it travels: a model of it would cost as much as storing
    it."""
    data = event.data
    total, paid = data["total"], data.get("paid_with_points")
    return Purchase(
        UUID(data["purchase_id"]),
        event.subject,
        data["source"],
        data["external_id"],
        datetime.fromisoformat(data["occurred_at"]),
        data.get("channel"),
        total["currency"],
        Decimal(total["amount"]),
        Decimal(paid["amount"]) if paid else NONE,
        data["items"],
    )


def _one_each(told: Sequence[Told], unit: UnitOfWork) -> Iterator[Sequence[Told]]:
    waiting = list(told)
    while waiting:
        taken: dict[UUID, Told] = {}
        later: list[Told] = []
        for one in waiting:
            family = unit.survivor(one.purchase.customer_id)
            if family in taken:
                later.append(one)
            else:
                taken[family] = one
        yield list(taken.values())
        waiting = later


def _accruals(reckoning: Reckoning, entry: Entry | None) -> Iterator[Accrual]:
    if entry is None:
        return
    purchase, multiplier = reckoning.purchase, str(reckoning.multiplier)
    for rule, points in reckoning.earned:
        yield Accrual(
            purchase.id,
            rule.code,
            rule.id,
            rule.version,
            purchase.customer_id,
            entry.id,
            reckoning.day,
            points,
            reckoning.tier,
            multiplier,
        )


def _credit(reckoning: Reckoning) -> Credit:
    purchase = reckoning.purchase
    return Credit(purchase.customer_id, reckoning.day, purchase.occurred_at, reckoning.points, purchase.total, visits=1)


ON_PURCHASES: Final[Mapping[str, Handler]] = {PurchaseRecorded.fact_type: InBatches(on_purchases)}
"""For the subscription of this service to interaction.events."""
