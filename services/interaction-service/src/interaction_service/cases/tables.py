"""The tables of cases; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Identity, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from interaction_service.tables import MOMENT, metadata

__all__ = [
    "case_history",
    "case_links",
    "case_messages",
    "case_notes",
    "case_watchers",
    "cases",
    "customer_owners",
]

cases: Final = Table(
    "cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True, start=1001), nullable=False, unique=True),
    Column("customer_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("channel", Text),
    Column("policy", Text),
    Column("queue", Text),
    Column("owner_id", Text),
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("conversation_id", Uuid),
    Column("origin", Text, unique=True),
    Column("level", Integer, nullable=False, server_default="0"),
    Column("resolution", Text),
    Column("merged_into", Uuid),
    Column("opened_at", MOMENT, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("resolved_at", MOMENT),
    Column("closed_at", MOMENT),
    Column("version", Integer, nullable=False, server_default="1"),
)

case_messages: Final = Table(
    "case_messages",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("interaction_id", Uuid, nullable=False, unique=True),
)

case_notes: Final = Table(
    "case_notes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("author", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("noted_at", MOMENT, nullable=False),
)

case_history: Final = Table(
    "case_history",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
)

case_watchers: Final = Table(
    "case_watchers",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("agent_id", Text, primary_key=True),
    Column("since", MOMENT, nullable=False),
)

case_links: Final = Table(
    "case_links",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("other_id", Uuid, primary_key=True),
    Column("relation", Text, nullable=False),
)

customer_owners: Final = Table(
    "customer_owners",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("owner_id", Text),
    Column("changed_at", MOMENT, nullable=False),
)
