"""The tables of the timeline as they are after the newest migration; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSON

from interaction_service.tables import MOMENT, metadata

__all__ = ["timeline_entries"]

timeline_entries: Final = Table(
    "timeline_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text),
    Column("occurred_at", MOMENT, nullable=False),
    Column("received_at", MOMENT, nullable=False),
    Column("summary", JSON, nullable=False),
)
