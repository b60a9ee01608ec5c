"""A purchase as the recent list of the section shows it."""

from __future__ import annotations

import orjson

from hamdel.contracts.base import rfc3339
from interaction_service.purchases.domain import Purchase, refunded_and_left

__all__ = ["summary_of"]


def summary_of(record: Purchase) -> bytes:
    """JSON, rendered when the purchase is recorded (see `interactions.summary`) and when it is refunded or corrected;
    `item_count` counts lines, `refunded` is there once something was."""
    refunded, _ = refunded_and_left(record)
    shown = {"refunded": {"amount": format(refunded, "f"), "currency": record.currency}} if refunded else {}
    return orjson.dumps(
        {
            "id": str(record.id),
            "source": record.source,
            "external_id": record.external_id,
            "occurred_at": rfc3339(record.occurred_at),
            "channel": record.channel,
            "total": {"amount": record.total, "currency": record.currency},
            "item_count": record.item_count,
            **shown,
        }
    )
