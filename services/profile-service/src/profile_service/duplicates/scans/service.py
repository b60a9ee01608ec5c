"""One scan from its start to its end."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.context import CallContext, own_work
from hamdel.database import UnitOfWorkFactory
from profile_service.duplicates import repository
from profile_service.duplicates.blocking import hashed, keys_of
from profile_service.duplicates.records import Record, record_of
from profile_service.duplicates.scans import repository as scans
from profile_service.duplicates.search import Outcome, search

__all__ = ["run_scan", "system"]

_AT_ONCE = 5_000
_KEYS_AT_ONCE = 1_000
_BEFORE_ALL = UUID(int=0)
_WHOLE_QUEUE = 10_000_000


async def run_scan(units: UnitOfWorkFactory, scan_id: UUID) -> Outcome | None:
    """Compares all customers and replaces the open suggestions; None when another process is at it.

    Whoever changes meanwhile is in the queue and is compared again afterwards; whoever was in it before is done.
    """
    async with units.reading() as turn:
        if not await scans.hold(turn):
            return None
        async with units(system()) as unit:
            await scans.start(unit.connection, scan_id, unit.now)
            waiting = await repository.queued(unit.connection, _WHOLE_QUEUE)
        async with units.reading() as connection:
            records = await _all(connection)
        outcome = search(list(records.values()))
        await _renew_keys(units, records, set(waiting.values()))
        async with units(system()) as unit:
            await repository.replace_all(unit.connection, outcome.suggestions, unit.now)
            await repository.unqueue(unit.connection, waiting)
            counts = (len(records), outcome.compared, len(outcome.suggestions))
            rates = outcome.priors.rates(len(records))
            await scans.finish(unit.connection, scan_id, unit.now, counts=counts, rates=rates)
    return outcome


def system() -> CallContext:
    """The context of work that nobody asked for."""
    return own_work("profile-service", "duplicates")


async def _all(connection: AsyncConnection) -> dict[UUID, Record]:
    records: dict[UUID, Record] = {}
    after = _BEFORE_ALL
    while found := await repository.load_after(connection, after, _AT_ONCE):
        records.update((raw.id, record_of(raw)) for raw in found)
        after = found[-1].id
    return records


async def _renew_keys(units: UnitOfWorkFactory, records: dict[UUID, Record], changed: set[UUID]) -> None:
    ids = sorted(changed)
    for start in range(0, len(ids), _KEYS_AT_ONCE):
        batch = ids[start : start + _KEYS_AT_ONCE]
        keys = {each: hashed(keys_of(records[each])) for each in batch if each in records}
        async with units(system()) as unit:
            await repository.add_keys(unit.connection, batch, keys)
