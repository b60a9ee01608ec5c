"""The table of calendars as it is after the newest migration; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from interaction_service.tables import MOMENT, metadata

__all__ = ["calendars"]

calendars: Final = Table(
    "calendars",
    metadata,
    Column("code", Text, primary_key=True),
    Column("timezone", Text, nullable=False),
    Column("windows", JSONB, nullable=False),
    Column("exceptions", JSONB, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)
