"""HTTP of rules. Whoever changes one makes this process read them again; other replicas do within a second."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match, services_of
from interaction_service.rules import management
from interaction_service.rules.active import forget
from interaction_service.rules.schemas import (
    FailureResource,
    RetriedAnswer,
    RuleBody,
    RulePatch,
    RuleReplacement,
    RuleResource,
)

__all__ = ["router"]

router = Router(prefix="/v1/rules", tags=["rules"])


@router.post("", status_code=201, response_model=RuleResource)
async def create_rule(request: Request, body: RuleBody) -> Response:
    """Makes a rule on a fact; what happened before it is left alone."""

    async def use_case(unit: UnitOfWork) -> RuleResource:
        made = await management.create(unit, body.code, body.on, body.definition(), active=body.active)
        return RuleResource.of(made)

    return _told(request, await command(request, use_case))


@router.get("", response_model=Page[RuleResource])
async def list_rules(request: Request, paging: PageQuery) -> Response:
    """Rules in the order of their codes."""

    async def read(connection: AsyncConnection) -> Page[RuleResource]:
        found, cursor = await management.page_of_rules(connection, paging)
        return Page(items=[RuleResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{code}", response_model=RuleResource)
async def get_rule(request: Request, code: str) -> Response:
    """One rule."""

    async def read(connection: AsyncConnection) -> RuleResource:
        return RuleResource.of(await management.rule_of(connection, code))

    return await query(request, read)


@router.put("/{code}", response_model=RuleResource)
async def replace_rule(request: Request, code: str, body: RuleReplacement) -> Response:
    """Writes a rule anew; needs `If-Match`."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> RuleResource:
        stored = await management.replace_rule(unit, code, version, body.on, body.definition(), active=body.active)
        return RuleResource.of(stored)

    return _told(request, await command(request, use_case, status=200))


@router.patch("/{code}", response_model=RuleResource)
async def update_rule(request: Request, code: str, patch: RulePatch) -> Response:
    """Replaces the members that are named, each as a whole; needs `If-Match`."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> RuleResource:
        return RuleResource.of(await management.change(unit, code, version, patch.given()))

    return _told(request, await command(request, use_case, status=200))


@router.delete("/{code}", status_code=204, response_model=None)
async def deactivate_rule(request: Request, code: str) -> Response:
    """The rule does nothing from now on; what it did stays, and so does the rule."""

    async def use_case(unit: UnitOfWork) -> None:
        await management.deactivate(unit, code)

    return _told(request, await command(request, use_case, status=204))


@router.get("/{code}/failures", response_model=Page[FailureResource])
async def list_rule_failures(request: Request, code: str, paging: PageQuery) -> Response:
    """What the rule could not follow and nobody has tried again with success, oldest first."""

    async def read(connection: AsyncConnection) -> Page[FailureResource]:
        found, cursor = await management.page_of_failures(connection, code, paging)
        return Page(items=[FailureResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.post("/{code}/failures/retry", status_code=200, response_model=RetriedAnswer)
async def retry_rule_failures(request: Request, code: str) -> Response:
    """Tries the oldest 100 failures again with the rule as it is now."""

    async def use_case(unit: UnitOfWork) -> RetriedAnswer:
        resolved, failed = await management.retry(unit, code)
        return RetriedAnswer(resolved=resolved, failed=failed)

    return await command(request, use_case, status=200)


def _told(request: Request, response: Response) -> Response:
    forget(services_of(request).engine.sync_engine)
    return response
