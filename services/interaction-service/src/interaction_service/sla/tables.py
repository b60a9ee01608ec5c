"""The tables of policies and clocks as they are after the newest migration; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from interaction_service.tables import MOMENT, metadata

__all__ = ["customer_tiers", "sla_clocks", "sla_policies", "sla_subjects"]

sla_policies: Final = Table(
    "sla_policies",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("calendar", Text, ForeignKey("calendars.code"), nullable=False),
    Column("priority", Text, nullable=False),
    Column("tier", Text),
    Column("first_response_minutes", Integer),
    Column("next_response_minutes", Integer),
    Column("resolution_minutes", Integer),
    Column("warn_before_minutes", Integer),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)

customer_tiers: Final = Table(
    "customer_tiers",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("program_id", Uuid, primary_key=True),
    Column("tier", Text),
    Column("changed_at", MOMENT, nullable=False),
)

sla_subjects: Final = Table(
    "sla_subjects",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("policy", Text),
    Column("priority", Text, nullable=False),
    Column("opened_at", MOMENT, nullable=False),
    Column("policy_id", Uuid, ForeignKey("sla_policies.id")),
    Column("policy_version", Integer),
    Column("calendar_version", Integer),
    Column("is_open", Boolean, nullable=False, server_default="true"),
)

sla_clocks: Final = Table(
    "sla_clocks",
    metadata,
    Column("case_id", Uuid, ForeignKey("sla_subjects.case_id", ondelete="CASCADE"), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("run", Integer, primary_key=True, server_default="1"),
    Column("phase", Text, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("counting_since", MOMENT),
    Column("ran", JSONB, nullable=False, server_default="[]"),
    Column("promised_minutes", Integer),
    Column("due_at", MOMENT),
    Column("warn_at", MOMENT),
    Column("missed", Boolean, nullable=False, server_default="false"),
    Column("warned_at", MOMENT),
    Column("breached_at", MOMENT),
    Column("next_at", MOMENT),
)
