"""Use cases of suggestions: read them with their evidence, dismiss one, ask for a scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Conflict, NotFound, Paging, cut_page, decode_cursor
from profile_service.duplicates import repository
from profile_service.duplicates.domain import Duplicate, Evidence, Filter, Scan
from profile_service.duplicates.records import Raw
from profile_service.duplicates.scans import repository as scans
from profile_service.duplicates.values import values_of

__all__ = ["Shown", "dismiss", "page_of_duplicates", "request_scan", "scan"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A suggestion with the values that its evidence is about, as they are now: (evidence, a's, b's)."""

    duplicate: Duplicate
    evidence: tuple[tuple[Evidence, str | None, str | None], ...]


async def page_of_duplicates(
    connection: AsyncConnection, wanted: Filter, paging: Paging
) -> tuple[list[Shown], str | None]:
    """A page of suggestions, the most probable first, and the cursor of the next one. Raises Malformed."""
    after = decode_cursor(paging.cursor, float, UUID)
    found = await repository.page(connection, wanted, after and (after[0], after[1]), paging.limit + 1)
    page, cursor = cut_page(found, paging.limit, lambda row: (row.score, row.id))
    return await _shown(connection, page), cursor


async def dismiss(unit: UnitOfWork, duplicate_id: UUID, reason: str | None) -> Shown:
    """Remembers for good that two customers are not one; again is no error. Raises NotFound `unknown-duplicate` and
    Conflict `already-merged` for a pair that has been merged."""
    found = await repository.find(unit.connection, duplicate_id)
    if found is None:
        raise NotFound("unknown-duplicate")
    if found.status == "merged":
        raise Conflict("already-merged", "undo the merge instead")
    if found.status == "open":
        await repository.dismiss(unit.connection, duplicate_id, unit.context.actor, reason, unit.now)
        found = await repository.find(unit.connection, duplicate_id) or found
    return (await _shown(unit.connection, [found]))[0]


async def request_scan(unit: UnitOfWork) -> Scan:
    """A scan of all customers that waits for its turn; the one that waits already, if there is one. One that runs is
    not joined: it has not read the customers that were made since it began."""
    return await scans.join(unit.connection, unit.context.actor, unit.now)


async def scan(connection: AsyncConnection, scan_id: UUID) -> Scan:
    """One scan. Raises NotFound `unknown-scan`."""
    found = await scans.find(connection, scan_id)
    if found is None:
        raise NotFound("unknown-scan")
    return found


async def _shown(connection: AsyncConnection, duplicates: Sequence[Duplicate]) -> list[Shown]:
    ids = {customer_id for each in duplicates for customer_id in (each.customer_a, each.customer_b)}
    raws = await repository.load(connection, ids) if ids else {}
    return [Shown(each, _with_values(each, raws)) for each in duplicates]


def _with_values(duplicate: Duplicate, raws: Mapping[UUID, Raw]) -> tuple[tuple[Evidence, str | None, str | None], ...]:
    a, b = raws.get(duplicate.customer_a), raws.get(duplicate.customer_b)
    return tuple((each, *values_of(each, a, b)) for each in duplicate.evidence)
