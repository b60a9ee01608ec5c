"""The table of canned replies; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSON

from interaction_service.tables import metadata

__all__ = ["canned_replies"]

canned_replies: Final = Table(
    "canned_replies",
    metadata,
    Column("code", Text, primary_key=True),
    Column("texts", JSON, nullable=False),
    Column("fallbacks", JSON, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)
