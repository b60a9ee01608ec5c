"""Cases as they are shown: with their deadlines, watchers and links."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.cases.domain import Case
from interaction_service.cases.repository import ties
from interaction_service.cases.schemas import CaseDetail, CaseResource
from interaction_service.sla.service import due_of

__all__ = ["listed", "shown"]


async def shown(connection: AsyncConnection, case: Case) -> CaseDetail:
    """One case with everything around it."""
    due = (await due_of(connection, [case.id]))[case.id]
    watchers, links = await ties.watchers(connection, case.id), await ties.links(connection, case.id)
    return CaseDetail.whole(case, due, watchers, links)


async def listed(connection: AsyncConnection, cases: Sequence[Case]) -> list[CaseResource]:
    """Cases of a list, their deadlines read at once."""
    due = await due_of(connection, [case.id for case in cases]) if cases else {}
    return [CaseResource.of(case, due[case.id]) for case in cases]
