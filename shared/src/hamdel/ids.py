"""Identifiers: UUIDv7 (RFC 9562, section 5.7), so that keys sort by the time they were made."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["SHARDS", "new_id", "shard_of"]

SHARDS = 16


def new_id() -> UUID:
    """A new UUIDv7 of the standard library's type."""
    return uuid7()


def shard_of(customer_id: UUID) -> int:
    """The relay shard of a customer, 0…15: the last four bits, which are random in a UUIDv7 and in a UUIDv4."""
    return customer_id.int & (SHARDS - 1)
