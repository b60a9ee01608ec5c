"""The tables of profile-service, beside those of `hamdel.messaging.schema`; no behaviour."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    FetchedValue,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    cast,
    extract,
    func,
    literal_column,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

__all__ = [
    "attribute_schemas",
    "birthday",
    "consents",
    "customer_history",
    "customer_search",
    "customers",
    "duplicate_keys",
    "duplicate_queue",
    "duplicate_scans",
    "duplicates",
    "identifiers",
    "memberships",
    "merges",
    "metadata",
    "search_keys",
    "search_words",
]

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
    Column("given_name_other", Text),
    Column("family_name_other", Text),
    Column("display_name_other", Text),
    Column("last_verified_at", DateTime(timezone=True)),
    Column("archived_at", DateTime(timezone=True)),
    Column("code", Text, nullable=False, server_default=FetchedValue()),
    Index("customers_code", "code", unique=True),
)
Index(
    "customers_stale",
    func.coalesce(customers.c.last_verified_at, customers.c.created_at),
    customers.c.id,
    postgresql_where=customers.c.archived_at.is_(None),
)

birthday = cast(
    extract("month", customers.c.birth_date) * literal_column("100") + extract("day", customers.c.birth_date), Integer
)
"""The day of the year somebody was born on: 229 for 29 February. No parameter in it: the index would not be seen."""
Index(
    "customers_birthday",
    birthday,
    customers.c.id,
    postgresql_where=customers.c.birth_date.is_not(None) & customers.c.archived_at.is_(None),
)

memberships = Table(
    "memberships",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("customers.id"), nullable=False),
    Column("organization_id", Uuid, ForeignKey("customers.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("title", Text),
    Column("since", Date),
    Column("until", Date),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Index("memberships_person", "person_id", "id"),
    Index("memberships_organization", "organization_id", "id"),
)
Index(
    "memberships_once",
    memberships.c.person_id,
    memberships.c.organization_id,
    memberships.c.role,
    unique=True,
    postgresql_where=memberships.c.ended_at.is_(None),
)

attribute_schemas = Table(
    "attribute_schemas",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("schema", JSON, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
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
    Column("exclusive", Boolean, nullable=False, server_default=true()),
    Index("identifiers_lookup", "type", "canonical", "customer_id"),
    Index("identifiers_customer", "customer_id", "id"),
)
Index(
    "identifiers_exclusive",
    identifiers.c.type,
    identifiers.c.canonical,
    unique=True,
    postgresql_where=identifiers.c.exclusive,
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

consents = Table(
    "consents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, ForeignKey("customers.id", deferrable=True, initially="DEFERRED"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, CheckConstraint("status IN ('granted', 'denied', 'withdrawn', 'pending')"), nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("valid_from", DateTime(timezone=True), nullable=False),
    Column("valid_to", DateTime(timezone=True), CheckConstraint("valid_to > valid_from")),
    Column("token_hash", LargeBinary),
    Column("token_expires_at", DateTime(timezone=True)),
    Column("confirms", Uuid, ForeignKey("consents.id")),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("previous_hash", LargeBinary),
    Column("hash", LargeBinary, nullable=False),
    Index("consents_chain", "customer_id", "ordinal", unique=True),
)
Index("consents_token", consents.c.token_hash, unique=True, postgresql_where=consents.c.token_hash.is_not(None))
Index("consents_confirmed", consents.c.confirms, unique=True, postgresql_where=consents.c.confirms.is_not(None))

# Its index `customer_search_words`, of an expression, is spelled out in migration 0009 and in search/repository.
customer_search = Table(
    "customer_search",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("customer_version", BigInteger, nullable=False),
    Column("keys_version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("document", Text, nullable=False),
)

search_keys = Table(
    "search_keys",
    metadata,
    Column("key", Text(collation="C"), nullable=False),
    Column("customer_id", Uuid, nullable=False),
)
Index("search_keys_key", search_keys.c.key, search_keys.c.customer_id.desc(), unique=True)

search_words = Table(
    "search_words",
    metadata,
    Column("word", Text(collation="C"), nullable=False),
    Column("features", ARRAY(Integer), nullable=False),
    Index("search_words_word", "word"),
    Index("search_words_features", "features", postgresql_using="gin"),
)

merges = Table(
    "merges",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("survivor_id", Uuid, ForeignKey("customers.id"), nullable=False),
    Column("absorbed_id", Uuid, ForeignKey("customers.id"), nullable=False),
    Column("merged_at", DateTime(timezone=True), nullable=False),
    Column("merged_by", Text, nullable=False),
    Column("unmerged_at", DateTime(timezone=True)),
    Column("unmerged_by", Text),
)

duplicates = Table(
    "duplicates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_a", Uuid, ForeignKey("customers.id"), nullable=False),
    Column("customer_b", Uuid, ForeignKey("customers.id"), nullable=False),
    Column("score", Float(53), nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("status", Text, CheckConstraint("status IN ('open', 'merged', 'dismissed')"), nullable=False),
    Column("model_version", SmallInteger, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    Column("reason", Text),
    CheckConstraint("customer_a < customer_b"),
    Index("duplicates_pair", "customer_a", "customer_b", unique=True),
    Index("duplicates_other", "customer_b"),
)
Index("duplicates_page", duplicates.c.status, duplicates.c.score.desc(), duplicates.c.id)

duplicate_queue = Table(
    "duplicate_queue",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("customer_id", Uuid, nullable=False),
)

duplicate_keys = Table(
    "duplicate_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_id", Uuid, primary_key=True),
    Index("duplicate_keys_customer", "customer_id"),
)

duplicate_scans = Table(
    "duplicate_scans",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("status", Text, CheckConstraint("status IN ('queued', 'running', 'done', 'failed')"), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("customers", Integer),
    Column("compared", BigInteger),
    Column("suggested", Integer),
    Column("same_rate", Float(53)),
    Column("related_rate", Float(53)),
)
Index("duplicate_scans_one", true(), unique=True, postgresql_where=duplicate_scans.c.status == "queued")
Index("duplicate_scans_finished", duplicate_scans.c.finished_at, postgresql_where=duplicate_scans.c.status == "done")
