"""What a case hangs together with: notes, watchers, other cases, and the ones it absorbs."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork, family_of
from hamdel.http import Conflict, NotFound, Paging, cut_page, decode_cursor
from interaction_service.cases.domain import MIRRORED, Case, Change, Line, Note
from interaction_service.cases.keeping import case_of, changed, check_open, held, noted, refusal, write_down
from interaction_service.cases.moves import end
from interaction_service.cases.repository import events, records
from interaction_service.cases.repository import ties as repository
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.repository import by_ids

__all__ = [
    "add_note",
    "link",
    "merge",
    "page_of_history",
    "page_of_messages",
    "page_of_notes",
    "unlink",
    "unwatch",
    "watch",
]

MERGED: Final = "merged"
"""The resolution of a case that another one absorbed."""


async def add_note(unit: UnitOfWork, case_id: UUID, body: str) -> Note:
    """Writes a note for staff alone; also on a closed case. Raises NotFound."""
    return await noted(unit, await held(unit, case_id), body)


async def watch(unit: UnitOfWork, case_id: UUID, agent_id: str) -> Case:
    """The agent follows the case; again is fine. Raises NotFound."""
    case = await held(unit, case_id)
    if not await repository.watch(unit.connection, case_id, agent_id, unit.now):
        return case
    return await _tied(unit, case, "watch", Change("watchers", None, agent_id))


async def unwatch(unit: UnitOfWork, case_id: UUID, agent_id: str) -> Case:
    """The agent follows it no longer. Raises NotFound, also `unknown-watcher`."""
    case = await held(unit, case_id)
    if not await repository.unwatch(unit.connection, case_id, agent_id):
        raise NotFound("unknown-watcher", "this agent does not follow the case")
    return await _tied(unit, case, "unwatch", Change("watchers", agent_id, None))


async def link(unit: UnitOfWork, case_id: UUID, other_id: UUID, relation: str) -> Case:
    """Both cases name each other, also where they are different customers'. Raises NotFound, Conflict `same-case`."""
    case, other = await _both(unit, case_id, other_id)
    mirrored = MIRRORED[relation]
    await repository.link(unit.connection, case_id, other_id, relation, mirrored)
    await _tied(unit, other, "link", Change("links", None, {"case_id": str(case_id), "relation": mirrored}))
    return await _tied(unit, case, "link", Change("links", None, {"case_id": str(other_id), "relation": relation}))


async def unlink(unit: UnitOfWork, case_id: UUID, other_id: UUID) -> Case:
    """They name each other no longer. Raises NotFound, also `unknown-link`; Conflict `same-case`."""
    case, other = await _both(unit, case_id, other_id)
    if not await repository.unlink(unit.connection, case_id, other_id):
        raise NotFound("unknown-link", "the cases are not linked")
    await _tied(unit, other, "unlink", Change("links", {"case_id": str(case_id)}, None))
    return await _tied(unit, case, "unlink", Change("links", {"case_id": str(other_id)}, None))


async def merge(unit: UnitOfWork, case_id: UUID, absorb: UUID) -> Case:
    """The case goes on for the absorbed one too, which is closed and names it; messages and notes of both are read
    under it. Raises NotFound, Conflict `same-case`, `case-status`, and `other-customer` for cases of two people."""
    case, absorbed = await _both(unit, case_id, absorb)
    check_open(case)
    if absorbed.merged_into is not None:
        raise refusal(absorbed)
    if absorbed.customer_id not in await family_of(unit.connection, case.customer_id):
        raise Conflict("other-customer", "the cases are of different customers")
    await end(unit, absorbed, MERGED, merged_into=case_id)
    await repository.hand_over(unit.connection, absorb, case_id)
    await repository.copy_watchers(unit.connection, absorb, case_id)
    after = await _tied(unit, case, "merge", Change("absorbed", None, str(absorb)))
    if case.conversation_id is None and absorbed.customer_id == case.customer_id:
        after = await changed(unit, after, "merge", conversation_id=absorbed.conversation_id)
    return after


async def page_of_messages(
    connection: AsyncConnection, case_id: UUID, paging: Paging
) -> tuple[list[Interaction], str | None]:
    """Messages of the case and of those it absorbed, in the order they came. Raises NotFound, Malformed."""
    (after,) = decode_cursor(paging.cursor, int) or (0,)
    rows = await events.message_ids(connection, await _absorbing(connection, case_id), after, paging.limit + 1)
    shown, following = cut_page(rows, paging.limit, lambda row: (row[0],))
    found = await by_ids(connection, [message_id for _, message_id in shown])
    return [found[message_id] for _, message_id in shown], following


async def page_of_notes(connection: AsyncConnection, case_id: UUID, paging: Paging) -> tuple[list[Note], str | None]:
    """Notes of the case and of those it absorbed, oldest first. Raises NotFound, Malformed."""
    (after,) = decode_cursor(paging.cursor, UUID) or (None,)
    found = await events.notes(connection, await _absorbing(connection, case_id), after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


async def page_of_history(connection: AsyncConnection, case_id: UUID, paging: Paging) -> tuple[list[Line], str | None]:
    """Every change of the case, oldest first. Raises NotFound, Malformed."""
    await case_of(connection, case_id)
    (after,) = decode_cursor(paging.cursor, int) or (0,)
    found = await events.history(connection, case_id, after, paging.limit + 1)
    shown, following = cut_page(found, paging.limit, lambda row: (row[0],))
    return [line for _, line in shown], following


async def _absorbing(connection: AsyncConnection, case_id: UUID) -> list[UUID]:
    # After an un-merge of their customers the absorbed case is somebody else's, and is not read here any more.
    case = await case_of(connection, case_id)
    family = await family_of(connection, case.customer_id)
    return [case_id, *await repository.absorbed_by(connection, case_id, family)]


async def _both(unit: UnitOfWork, case_id: UUID, other_id: UUID) -> tuple[Case, Case]:
    if case_id == other_id:
        raise Conflict("same-case", "a case is not another one than itself")
    seen = [await case_of(unit.connection, one) for one in (case_id, other_id)]
    await unit.lock_streams(case.customer_id for case in seen)
    locked = {one: await held(unit, one) for one in sorted((case_id, other_id))}
    return locked[case_id], locked[other_id]


async def _tied(unit: UnitOfWork, case: Case, action: str, change: Change) -> Case:
    after = replace(case, version=case.version + 1)
    await records.save(unit.connection, after)
    await write_down(unit, after, action, [change])
    return after
