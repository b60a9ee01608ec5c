"""The tables of refunds and corrections as they are after the newest migration; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CHAR, Column, ForeignKey, Numeric, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSON

from interaction_service.tables import MOMENT, metadata

__all__ = ["purchase_corrections", "purchase_refunds"]

purchase_refunds: Final = Table(
    "purchase_refunds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("purchase_id", Uuid, ForeignKey("purchases.id"), nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("amount", Numeric, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("items", JSON, nullable=False),
    Column("reason", Text),
    Column("refunded_total", Numeric, nullable=False),
    Column("purchase_total", Numeric, nullable=False),
    Column("fingerprint", Uuid, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
)

purchase_corrections: Final = Table(
    "purchase_corrections",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("purchase_id", Uuid, ForeignKey("purchases.id"), nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("total", Numeric, nullable=False),
    Column("previous_total", Numeric, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("items", JSON, nullable=False),
    Column("reason", Text),
    Column("fingerprint", Uuid, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
)
