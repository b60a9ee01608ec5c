"""The tables of conversations; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, Table, Text, Uuid

from interaction_service.tables import MOMENT, metadata

__all__ = ["conversations"]

conversations: Final = Table(
    "conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="open"),
    Column("messages", BigInteger, nullable=False, server_default="0"),
    Column("opened_at", MOMENT, nullable=False),
    Column("last_message_at", MOMENT, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)
