"""The table of queues; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from interaction_service.tables import metadata

__all__ = ["queues"]

queues: Final = Table(
    "queues",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("members", ARRAY(Text), nullable=False),
    Column("strategy", Text, nullable=False),
    Column("calendar", Text),
    Column("turn", BigInteger, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
)
