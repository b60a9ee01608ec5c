"""The tables of the delivery queue as they are after the newest migration; no behaviour."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSON

from interaction_service.tables import MOMENT, metadata

__all__ = [
    "delivery_attempts",
    "delivery_keys",
    "message_template_versions",
    "message_templates",
    "messages",
    "suppressed_addresses",
    "unsubscriptions",
]

message_templates: Final = Table(
    "message_templates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)

message_template_versions: Final = Table(
    "message_template_versions",
    metadata,
    Column("template_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("texts", JSON, nullable=False),
    Column("fallbacks", JSON, nullable=False),
    Column("persian_digits", Boolean, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", Text, nullable=False),
)

messages: Final = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("transactional", Boolean, nullable=False),
    Column("template_id", Uuid),
    Column("template", Text),
    Column("template_version", Integer),
    Column("variables", JSON, nullable=False),
    Column("subject", Text),
    Column("body", Text),
    Column("language", Text),
    Column("address", Text),
    Column("on_timeline", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("not_before", MOMENT),
    Column("next_attempt_at", MOMENT),
    Column("claim", Uuid),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("begun_at", MOMENT),
    Column("address_hash", LargeBinary),
    Column("provider_message_id", Text),
    Column("sent_at", MOMENT),
    Column("reported_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)

delivery_attempts: Final = Table(
    "delivery_attempts",
    metadata,
    Column("message_id", Uuid, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_at", MOMENT, nullable=False),
    Column("finished_at", MOMENT),
    Column("outcome", Text),
    Column("reason", Text),
)

suppressed_addresses: Final = Table(
    "suppressed_addresses",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address_hash", LargeBinary, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", MOMENT, nullable=False),
)

unsubscriptions: Final = Table(
    "unsubscriptions",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("told_at", MOMENT),
    Column("next_try_at", MOMENT),
)

delivery_keys: Final = Table(
    "delivery_keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
