"""HTTP of policies."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match
from interaction_service.sla import policies
from interaction_service.sla.schemas import PolicyBody, PolicyChange, PolicyResource

__all__ = ["router"]

router = Router(prefix="/v1/sla-policies", tags=["sla policies"])


@router.post("", status_code=201, response_model=PolicyResource)
async def create_sla_policy(request: Request, body: PolicyBody) -> Response:
    """Makes a policy's row; 409 `policy-exists` where the code has one for this priority and tier."""

    async def use_case(unit: UnitOfWork) -> PolicyResource:
        return PolicyResource.of(await policies.create(unit, body.policy()))

    return await command(request, use_case)


@router.get("", response_model=Page[PolicyResource])
async def list_sla_policies(
    request: Request, paging: PageQuery, code: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """The rows of a code, or all, in the order they were made."""

    async def read(connection: AsyncConnection) -> Page[PolicyResource]:
        found, cursor = await policies.page_of_policies(connection, code, paging)
        return Page(items=[PolicyResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{policy_id}", response_model=PolicyResource)
async def get_sla_policy(request: Request, policy_id: UUID) -> Response:
    """One row."""

    async def read(connection: AsyncConnection) -> PolicyResource:
        return PolicyResource.of(await policies.policy_row(connection, policy_id))

    return await query(request, read)


@router.put("/{policy_id}", response_model=PolicyResource)
async def replace_sla_policy(request: Request, policy_id: UUID, body: PolicyChange) -> Response:
    """Replaces what a row promises; needs `If-Match`. The deadlines of open cases are worked out again."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> PolicyResource:
        body.check_names((await policies.policy_row(unit.connection, policy_id)).policy)
        return PolicyResource.of(await policies.replace_targets(unit, policy_id, body.values(), version))

    return await command(request, use_case, status=200)
