"""Use case of refunds: giving money back, once, and never more than was paid."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import orjson

from hamdel.contracts.base import Money
from hamdel.contracts.interaction import PurchaseRefunded, RefundedItem
from hamdel.database import UnitOfWork
from hamdel.http.problem import Conflict, FieldError, InvalidValue
from hamdel.ids import new_id
from interaction_service.purchases.domain import Purchase, same_amount
from interaction_service.purchases.repository import update
from interaction_service.purchases.service import locked_purchase
from interaction_service.recording.domain import fingerprint
from interaction_service.recording.service import key_taken
from interaction_service.refunds import repository
from interaction_service.refunds.domain import (
    Line,
    Refund,
    RefundDraft,
    Taken,
    refundable,
    returned_after,
    take_back,
    unknown,
)
from interaction_service.rules.service import Happening, tell
from interaction_service.timeline.service import TimelineEntry, add_entry

__all__ = ["check_currency", "lines_of", "refund", "returned_of"]


async def refund(unit: UnitOfWork, purchase_id: UUID, draft: RefundDraft) -> tuple[Refund, bool]:
    """The refund, and whether it is new: the same key with the same content again gives the stored one.

    Raises NotFound `unknown-purchase`; Conflict `refund-exceeds-purchase` for more money or more pieces than are left,
    `external-id-taken` for a key with other content; InvalidValue for another currency and for unknown items.
    """
    purchase = await locked_purchase(unit, purchase_id)
    same = _fingerprint(purchase_id, draft)
    stored = await repository.of_key(unit.connection, draft.source, draft.external_id)
    if stored is not None and stored.fingerprint == same:
        return stored, False
    if stored is not None:
        raise key_taken()
    made, taken = _made(unit, purchase, draft, same)
    if not await repository.insert(unit.connection, made):
        # somebody refunded another customer's purchase under this key at the same moment
        raise key_taken()
    returned = returned_after(returned_of(purchase), taken)
    after = purchase._replace(refunded=made.refunded_total, returned=returned, version=purchase.version + 1)
    await update(unit.connection, purchase, after)
    await _tell(unit, purchase, made)
    return made, True


def check_currency(purchase: Purchase, currency: str | None, pointer: str) -> None:
    """Raises InvalidValue at `pointer` for another currency than the purchase has."""
    if currency not in (None, purchase.currency):
        fault = FieldError(pointer, f"the purchase is in {purchase.currency}", "other_currency")
        raise InvalidValue(errors=[fault])


def lines_of(items: str) -> list[Line]:
    """The lines behind a purchase's stored JSON."""
    return [Line(item["sku"], item["quantity"]) for item in orjson.loads(items)]


def returned_of(purchase: Purchase) -> Sequence[int]:
    """How many of each line of a purchase came back."""
    return purchase.returned or [0] * purchase.item_count


def _made(unit: UnitOfWork, purchase: Purchase, draft: RefundDraft, same: UUID) -> tuple[Refund, list[Taken]]:
    check_currency(purchase, draft.currency, "/amount/currency")
    lines = lines_of(purchase.items)
    if strange := unknown(lines, draft.pieces):
        faults = [FieldError(f"/items/{at}", "names nothing that was bought", "not_bought") for at in strange]
        raise InvalidValue(errors=faults)
    asked = Decimal(draft.amount) if draft.amount is not None else None
    amount = refundable(Decimal(purchase.total), Decimal(purchase.refunded), asked)
    if amount is None:
        raise Conflict("refund-exceeds-purchase", "more is asked for than is left of the purchase")
    taken = take_back(lines, returned_of(purchase), draft.pieces)
    if taken is None:
        raise Conflict("refund-exceeds-purchase", "more pieces are named than were bought and not returned")
    made = Refund(
        id=new_id(),
        purchase_id=purchase.id,
        customer_id=purchase.customer_id,
        source=draft.source,
        external_id=draft.external_id,
        occurred_at=draft.occurred_at or unit.now,
        amount=format(amount, "f"),
        currency=purchase.currency,
        items=orjson.dumps([one._asdict() for one in taken]).decode(),
        reason=draft.reason,
        refunded_total=format(Decimal(purchase.refunded) + amount, "f"),
        purchase_total=purchase.total,
        fingerprint=same,
        recorded_at=unit.now,
    )
    return made, taken


async def _tell(unit: UnitOfWork, purchase: Purchase, made: Refund) -> None:
    fact = PurchaseRefunded(
        refund_id=made.id,
        purchase_id=made.purchase_id,
        customer_id=made.customer_id,
        source=made.source,
        external_id=made.external_id,
        occurred_at=made.occurred_at,
        amount=Money(amount=Decimal(made.amount), currency=made.currency),
        refunded_total=Money(amount=Decimal(made.refunded_total), currency=made.currency),
        purchase_total=Money(amount=Decimal(made.purchase_total), currency=made.currency),
        items=[RefundedItem.model_validate(item) for item in orjson.loads(made.items)],
    )
    data = fact.model_dump(mode="json")
    unit.record_data(made.customer_id, fact.fact_type, data, occurred_at=made.occurred_at)
    shown = {name: data[name] for name in ("refund_id", "purchase_id", "amount", "refunded_total", "purchase_total")}
    entry = TimelineEntry(
        id=made.id,
        customer_id=made.customer_id,
        type="refund",
        kind="purchase_refunded",
        channel=purchase.channel,
        occurred_at=made.occurred_at,
        received_at=made.recorded_at,
        summary=shown,
    )
    await add_entry(unit, entry)
    await tell(unit, fact.fact_type, [Happening(made.customer_id, made.occurred_at, data, str(made.id))])


def _fingerprint(purchase_id: UUID, draft: RefundDraft) -> UUID:
    amount = same_amount(draft.amount) if draft.amount is not None else None
    pieces = [tuple(piece) for piece in draft.pieces] or None
    told = (draft.source, draft.external_id, amount, draft.currency, pieces, draft.occurred_at, draft.reason)
    return fingerprint(purchase_id, *told)
