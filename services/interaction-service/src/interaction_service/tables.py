"""The tables of interaction-service as they are after the newest migration; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CHAR, BigInteger, Column, Integer, MetaData, Numeric, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSON, TIMESTAMP

__all__ = ["interaction_counters", "interactions", "known_customers", "metadata", "purchase_counters", "purchases"]

metadata: Final = MetaData()
MOMENT: Final = TIMESTAMP(timezone=True)

known_customers: Final = Table(
    "known_customers",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("known_at", MOMENT, nullable=False),
)

interactions: Final = Table(
    "interactions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text),
    Column("occurred_at", MOMENT, nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("body", Text),
    Column("agent_id", Text),
    Column("duration_seconds", Integer),
    Column("outcome", Text),
    Column("attributes", JSON, nullable=False),
    Column("fingerprint", Uuid, nullable=False),
    Column("summary", Text, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("attachments", JSON),
    Column("contact", Text),
    Column("conversation_id", Uuid),
    Column("position", BigInteger),
)

purchases: Final = Table(
    "purchases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("channel", Text),
    Column("total", Numeric, nullable=False),
    Column("currency", CHAR(3), nullable=False),
    Column("items", JSON, nullable=False),
    Column("item_count", Integer, nullable=False),
    Column("fingerprint", Uuid, nullable=False),
    Column("summary", Text, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("paid_with_points", Numeric),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("refunded", Numeric, nullable=False, server_default="0"),
    Column("corrected_total", Numeric),
    Column("corrected_items", JSON),
    Column("returned", ARRAY(Integer)),
)

interaction_counters: Final = Table(
    "interaction_counters",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("interactions", BigInteger, nullable=False),
    Column("last_at", MOMENT, nullable=False),
)

purchase_counters: Final = Table(
    "purchase_counters",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("currency", CHAR(3), primary_key=True),
    Column("purchases", BigInteger, nullable=False),
    Column("total", Numeric, nullable=False),
    Column("refunded", Numeric, nullable=False, server_default="0"),
    Column("first_at", MOMENT, nullable=False),
    Column("last_at", MOMENT, nullable=False),
)
