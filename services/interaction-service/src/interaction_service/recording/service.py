"""The one use case behind every way of recording: a single record is a batch of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.context import CallContext
from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork
from hamdel.http.problem import Conflict
from interaction_service.recording.domain import (
    Existing,
    Key,
    Outcome,
    Recordable,
    Status,
    key_of,
    leaders,
    outcome_of,
)

__all__ = ["Store", "key_taken", "record_many"]

R = TypeVar("R", bound=Recordable)
R_contra = TypeVar("R_contra", bound=Recordable, contravariant=True)
UNKNOWN = Outcome(Status.REJECTED, code="unknown-customer")


class Store(Protocol[R_contra]):
    """How one kind of record is kept and told."""

    fact_type: str

    async def insert(self, connection: AsyncConnection, records: Sequence[R_contra]) -> set[UUID]:
        """Stores the records whose key is free, counts those alone, and gives their ids. Keys are sorted."""

    async def owners(self, connection: AsyncConnection, keys: Sequence[Key]) -> Mapping[Key, Existing]:
        """Who owns the keys that are taken."""

    def fact(self, record: R_contra) -> dict[str, Any]:
        """The data of the record's fact, as its contract would dump it."""

    async def recorded(self, unit: UnitOfWork, told: Sequence[tuple[R_contra, dict[str, Any]]]) -> None:
        """What follows in the same transaction from records that are new, each with the data of its fact."""


def key_taken() -> Conflict:
    """The problem of a (source, external id) that names something else."""
    return Conflict("external-id-taken", "the external id belongs to a record with other content")


async def record_many(
    unit: UnitOfWork,
    directory: CustomerDirectory,
    store: Store[R],
    records: Sequence[R],
    contexts: Mapping[UUID, CallContext] | None = None,
) -> list[Outcome]:
    """Records what is new, in order; one record's fate never touches another's. `contexts` has the call behind each
    record, by its id, where several calls share the transaction.

    The stream of every customer involved is locked before the first row is written. Raises Unavailable when an
    unknown customer cannot be checked because profile-service is out of reach: nothing is written then.
    """
    known = await directory.known(unit.connection, {record.customer_id for record in records})
    welcome = [record for record in records if record.customer_id in known]
    if not welcome:
        return [UNKNOWN] * len(records)
    await unit.lock_streams(record.customer_id for record in welcome)
    created, owners = await _store(unit, store, welcome)
    await _tell(unit, store, [record for record in welcome if record.id in created], contexts)
    return [outcome_of(record, created, owners) if record.customer_id in known else UNKNOWN for record in records]


async def _tell(
    unit: UnitOfWork, store: Store[R], new: Sequence[R], contexts: Mapping[UUID, CallContext] | None
) -> None:
    if not new:
        return
    told = [(record, store.fact(record)) for record in new]
    for record, fact in told:
        if contexts:
            unit.context = contexts[record.id]
        unit.record_data(record.customer_id, store.fact_type, fact, occurred_at=record.occurred_at)
    if contexts is None:
        await store.recorded(unit, told)
        return
    for record, fact in told:
        unit.context = contexts[record.id]
        await store.recorded(unit, [(record, fact)])


async def _store(unit: UnitOfWork, store: Store[R], records: Sequence[R]) -> tuple[set[UUID], Mapping[Key, Existing]]:
    """Stores the first record of each key, in the order of the keys, so that two batches never wait for each other
    in a circle; gives the created ids and the owners of all keys that later or earlier records share."""
    candidates = sorted(cast("list[R]", leaders(records)), key=lambda record: key_of(record) or ("", ""))
    created = await store.insert(unit.connection, candidates)
    taken = [key for record in candidates if record.id not in created and (key := key_of(record))]
    owners = dict(await store.owners(unit.connection, taken)) if taken else {}
    if len(candidates) < len(records):
        for record in candidates:
            key = key_of(record)
            if key is not None and record.id in created:
                owners[key] = Existing(record.id, record.fingerprint)
    return created, owners
