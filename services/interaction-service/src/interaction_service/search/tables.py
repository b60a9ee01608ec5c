"""The tables of search as they are after the newest migration; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TSVECTOR

from interaction_service.tables import MOMENT, metadata

__all__ = ["search_entries", "search_waiting"]

search_entries: Final = Table(
    "search_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("words", TSVECTOR, nullable=False),
)

search_waiting: Final = Table("search_waiting", metadata, Column("id", Uuid, nullable=False))
