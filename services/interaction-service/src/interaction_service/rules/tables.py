"""The tables of rules; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSON

from interaction_service.tables import MOMENT, metadata

__all__ = ["rule_failures", "rules"]

rules: Final = Table(
    "rules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("fact_type", Text, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)

rule_failures: Final = Table(
    "rule_failures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("rule_id", Uuid, nullable=False),
    Column("fact_type", Text, nullable=False),
    Column("fact_key", Text, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("occurred_at", MOMENT, nullable=False),
    Column("data", JSON, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("failed_at", MOMENT, nullable=False),
    Column("resolved_at", MOMENT),
)
