"""Use case of corrections: telling what a purchase really was."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import orjson

from hamdel.contracts.base import Money
from hamdel.contracts.interaction import PurchaseCorrected, PurchaseItem
from hamdel.database import UnitOfWork
from hamdel.http.problem import Conflict
from hamdel.ids import new_id
from interaction_service.corrections import repository
from interaction_service.corrections.domain import Correction, CorrectionDraft
from interaction_service.purchases.domain import Purchase, same_amount
from interaction_service.purchases.repository import update
from interaction_service.purchases.service import locked_purchase
from interaction_service.recording.domain import fingerprint
from interaction_service.recording.service import key_taken
from interaction_service.refunds.domain import carried_over
from interaction_service.refunds.service import check_currency, lines_of, returned_of
from interaction_service.rules.service import Happening, tell
from interaction_service.timeline.service import TimelineEntry, add_entry

__all__ = ["correct"]


async def correct(unit: UnitOfWork, purchase_id: UUID, draft: CorrectionDraft) -> tuple[Correction, bool]:
    """The correction, and whether it is new: the same key with the same content again gives the stored one.

    Raises NotFound `unknown-purchase`; Conflict `correction-below-refunds` where more was refunded, or more pieces came
    back, than would be left, `external-id-taken` for a key with other content; InvalidValue for another currency.
    """
    purchase = await locked_purchase(unit, purchase_id)
    same = _fingerprint(purchase_id, draft)
    stored = await repository.of_key(unit.connection, draft.source, draft.external_id)
    if stored is not None and stored.fingerprint == same:
        return stored, False
    if stored is not None:
        raise key_taken()
    made = _made(unit, purchase, draft, same)
    after = _after(purchase, made)
    if not await repository.insert(unit.connection, made):
        # somebody corrected another customer's purchase under this key at the same moment
        raise key_taken()
    await update(unit.connection, purchase, after)
    await _tell(unit, purchase, made)
    return made, True


def _made(unit: UnitOfWork, purchase: Purchase, draft: CorrectionDraft, same: UUID) -> Correction:
    check_currency(purchase, draft.currency, "/total/currency")
    return Correction(
        id=new_id(),
        purchase_id=purchase.id,
        customer_id=purchase.customer_id,
        source=draft.source,
        external_id=draft.external_id,
        occurred_at=draft.occurred_at or unit.now,
        total=draft.total if draft.total is not None else purchase.total,
        previous_total=purchase.total,
        currency=purchase.currency,
        items=draft.items if draft.items is not None else purchase.items,
        reason=draft.reason,
        fingerprint=same,
        recorded_at=unit.now,
    )


def _after(purchase: Purchase, made: Correction) -> Purchase:
    lines = lines_of(made.items)
    returned: Sequence[int] | None = carried_over(lines_of(purchase.items), returned_of(purchase), lines)
    if returned is None or Decimal(made.total) < Decimal(purchase.refunded):
        raise Conflict("correction-below-refunds", "more was refunded already than the correction leaves")
    return purchase._replace(
        total=made.total,
        original_total=purchase.original_total or purchase.total,
        items=made.items,
        item_count=len(lines),
        returned=returned,
        version=purchase.version + 1,
    )


async def _tell(unit: UnitOfWork, purchase: Purchase, made: Correction) -> None:
    fact = PurchaseCorrected(
        correction_id=made.id,
        purchase_id=made.purchase_id,
        customer_id=made.customer_id,
        source=made.source,
        external_id=made.external_id,
        occurred_at=made.occurred_at,
        total=Money(amount=Decimal(made.total), currency=made.currency),
        previous_total=Money(amount=Decimal(made.previous_total), currency=made.currency),
        refunded_total=Money(amount=Decimal(purchase.refunded), currency=made.currency),
        items=[PurchaseItem.model_validate(item) for item in orjson.loads(made.items)],
    )
    data = fact.model_dump(mode="json")
    unit.record_data(made.customer_id, fact.fact_type, data, occurred_at=made.occurred_at)
    entry = TimelineEntry(
        id=made.id,
        customer_id=made.customer_id,
        type="correction",
        kind="purchase_corrected",
        channel=purchase.channel,
        occurred_at=made.occurred_at,
        received_at=made.recorded_at,
        summary={name: data[name] for name in ("correction_id", "purchase_id", "total", "previous_total")},
    )
    await add_entry(unit, entry)
    await tell(unit, fact.fact_type, [Happening(made.customer_id, made.occurred_at, data, str(made.id))])


def _fingerprint(purchase_id: UUID, draft: CorrectionDraft) -> UUID:
    total = same_amount(draft.total) if draft.total is not None else None
    told = (draft.source, draft.external_id, total, draft.currency, draft.items, draft.occurred_at, draft.reason)
    return fingerprint(purchase_id, *told)
