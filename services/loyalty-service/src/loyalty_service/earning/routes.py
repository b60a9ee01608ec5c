"""HTTP of rules."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Answer, Page, PageQuery, Router, command, query, require_if_match
from hamdel.ids import new_id
from loyalty_service.earning import management
from loyalty_service.earning.schemas import RuleBody, RuleReplacement, RuleResource
from loyalty_service.earning.trial_schemas import DryRunAnswer, DryRunBody, QuoteAnswer, QuoteBody
from loyalty_service.earning.trials import quoted
from loyalty_service.programs.dates import available_at, expires_at
from loyalty_service.programs.service import program_of

__all__ = ["quotes", "router"]

router = Router(prefix="/v1/programs/{program_id}/rules", tags=["programs"])
quotes = Router(prefix="/v1/members/{customer_id}", tags=["members"])


@router.post("", status_code=201, response_model=RuleResource)
async def create_earning_rule(request: Request, program_id: UUID, body: RuleBody) -> Response:
    """Makes a rule; `dry-run` tells beforehand what it would have given."""

    async def use_case(unit: UnitOfWork) -> RuleResource:
        return RuleResource.of(await management.create(unit, program_id, body))

    return await command(request, use_case)


@router.post("/dry-run", status_code=200, response_model=DryRunAnswer)
async def try_earning_rule(request: Request, program_id: UUID, body: DryRunBody) -> Response:
    """What a rule would have given for purchases of the past; nothing is stored."""

    async def use_case(unit: UnitOfWork) -> Answer:
        trial = await management.dry_run(unit, program_id, body)
        return Answer(DryRunAnswer.of(trial).model_dump(mode="json", by_alias=True))

    return await command(request, use_case, status=200)


@router.get("", response_model=Page[RuleResource])
async def list_earning_rules(request: Request, program_id: UUID, paging: PageQuery) -> Response:
    """The newest version of each rule, in the order of their codes; retired ones too."""

    async def read(connection: AsyncConnection) -> Page[RuleResource]:
        found, cursor = await management.page_of_rules(connection, program_id, paging)
        return Page(items=[RuleResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{code}", response_model=RuleResource)
async def get_earning_rule(request: Request, program_id: UUID, code: str) -> Response:
    """The newest version of a rule."""

    async def read(connection: AsyncConnection) -> RuleResource:
        return RuleResource.of(await management.rule_of(connection, program_id, code))

    return await query(request, read)


@router.get("/{code}/versions", response_model=Page[RuleResource])
async def list_earning_rule_versions(request: Request, program_id: UUID, code: str, paging: PageQuery) -> Response:
    """Every version of a rule, the newest first."""

    async def read(connection: AsyncConnection) -> Page[RuleResource]:
        found, cursor = await management.page_of_versions(connection, program_id, code, paging)
        return Page(items=[RuleResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.put("/{code}", response_model=RuleResource)
async def replace_earning_rule(request: Request, program_id: UUID, code: str, body: RuleReplacement) -> Response:
    """A new version, in force from `effective_from` or now; needs `If-Match`. What was bought before keeps the old."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> RuleResource:
        return RuleResource.of(await management.put(unit, program_id, code, version, body))

    return await command(request, use_case, status=200)


@router.delete("/{code}", status_code=204, response_model=None)
async def retire_earning_rule(request: Request, program_id: UUID, code: str) -> Response:
    """The rule gives nothing from now on; what it gave stays, and so do its versions."""

    async def use_case(unit: UnitOfWork) -> None:
        await management.retire(unit, program_id, code)

    return await command(request, use_case, status=204)


@quotes.post("/quote", status_code=200, response_model=QuoteAnswer)
async def quote_purchase(request: Request, customer_id: UUID, body: QuoteBody) -> Response:
    """What a purchase would earn if it were told now, by the same rules; nothing is stored."""
    directory, now = directory_of(request), utc_now()

    async def read(connection: AsyncConnection) -> QuoteAnswer:
        await directory.require(connection, customer_id)
        program = await program_of(connection, body.program_id)
        found = await quoted(connection, program, body.asked(new_id(), customer_id, now), now)
        at = found.purchase.occurred_at
        return QuoteAnswer.of(program, found, available_at(program, at), expires_at(program, at))

    return await query(request, read)
