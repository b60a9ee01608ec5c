"""The tables of profile-service, beside those of `hamdel.messaging.schema`; no behaviour."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

__all__ = ["customer_history", "customers", "identifiers", "metadata"]

metadata = MetaData()

customers = Table(
    "customers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("display_name", Text),
    Column("birth_date", Date),
    Column("gender", Text),
    Column("occupation", Text),
    Column("income_band", Text),
    Column("address", JSONB(none_as_null=True)),
    Column("latitude", Float(53)),
    Column("longitude", Float(53)),
    Column("language", Text),
    Column("timezone", Text),
    Column("interests", ARRAY(Text), nullable=False),
    Column("preferences", JSONB, nullable=False),
    Column("special_needs", Text),
    Column("attributes", JSONB, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, ForeignKey("customers.id", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("type", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    Column("normaliser_version", SmallInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("identifiers_unique", "type", "canonical", unique=True),
    Index("identifiers_customer", "customer_id", "id"),
)

customer_history = Table(
    "customer_history",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("field", Text, nullable=False),
    Column("old", JSONB(none_as_null=True)),
    Column("new", JSONB(none_as_null=True)),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
