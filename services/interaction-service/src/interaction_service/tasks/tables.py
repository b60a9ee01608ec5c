"""The tables of tasks; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSON, TIMESTAMP

from interaction_service.tables import MOMENT, metadata

__all__ = ["task_changes", "tasks"]

LOCAL: Final = TIMESTAMP(timezone=False)

tasks: Final = Table(
    "tasks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid),
    Column("case_id", Uuid),
    Column("title", Text, nullable=False),
    Column("notes", Text),
    Column("owner_id", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("due_at", MOMENT, nullable=False),
    Column("remind_at", MOMENT),
    Column("remind_before_minutes", Integer),
    Column("timezone", Text, nullable=False),
    Column("recurrence", Text),
    Column("series_id", Uuid, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("recurs_from", LOCAL),
    Column("recurs_at", LOCAL),
    Column("reminder_told", Boolean, nullable=False, server_default="false"),
    Column("due_told", Boolean, nullable=False, server_default="false"),
    Column("alarm_at", MOMENT),
    Column("origin", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("closed_at", MOMENT),
    Column("closed_by", Text),
    Column("version", Integer, nullable=False, server_default="1"),
)

task_changes: Final = Table(
    "task_changes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("task_id", Uuid, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
)
