"""The search after a change: customers of the queue are compared with those that share a key with them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from profile_service.duplicates import repository
from profile_service.duplicates.blocking import MAX_BLOCK, hashed, keys_of
from profile_service.duplicates.matching import Priors
from profile_service.duplicates.records import Raw, record_of
from profile_service.duplicates.scans import repository as scans
from profile_service.duplicates.search import Suggestion, suggestions_among
from profile_service.duplicates.statistics import Statistics

__all__ = ["Model", "drain", "learnt"]

_AT_ONCE = 25
_SAMPLE = 5_000


@dataclass(frozen=True, slots=True)
class Model:
    """What is known of all customers while a few are compared; `customers` is how many there were."""

    known: Statistics
    priors: Priors
    customers: int


async def learnt(connection: AsyncConnection) -> Model:
    """Frequencies of a sample of the customers, and what the last scan learnt of their pairs."""
    customers = await repository.count(connection)
    raws = await repository.load_sample(connection, max(1, customers // _SAMPLE))
    rates = await scans.rates(connection)
    priors = Priors.of(*rates, customers) if rates else Priors.expected(customers)
    known = await asyncio.to_thread(lambda: Statistics.of(map(record_of, raws)))
    return Model(known, priors, customers)


async def drain(unit: UnitOfWork, model: Model) -> int:
    """Compares the next customers of the queue; how many entries that were. Their open suggestions are replaced."""
    entries = await repository.queued(unit.connection, _AT_ONCE)
    if not entries:
        return 0
    changed = set(entries.values())
    mine = await repository.load(unit.connection, changed)
    keys = {raw.id: hashed(keys_of(record_of(raw))) for raw in mine.values()}
    await repository.add_keys(unit.connection, changed, keys)
    near = await repository.neighbours(unit.connection, keys, MAX_BLOCK)
    others = await repository.load(unit.connection, set().union(*near.values()) - mine.keys())
    found = await asyncio.to_thread(_judge, {**mine, **others}, near, model)
    await repository.replace_of(unit.connection, changed, found, unit.now)
    await repository.unqueue(unit.connection, entries)
    return len(entries)


def _judge(raws: Mapping[UUID, Raw], near: Mapping[UUID, set[UUID]], model: Model) -> list[Suggestion]:
    records = {id_: record_of(raw) for id_, raw in raws.items()}
    pairs = {(min(one, other), max(one, other)) for one, others in near.items() for other in others if other in records}
    return suggestions_among(((records[a], records[b]) for a, b in sorted(pairs)), model.known, model.priors)
