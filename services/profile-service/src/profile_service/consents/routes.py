"""HTTP of consent."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.database import UnitOfWork, family_of
from hamdel.http import Forbidden, Page, PageQuery, Router, command, principal_of, query, services_of
from hamdel.http.call import call_of
from profile_service.consents import service
from profile_service.consents.quiet_hours import QuietHours
from profile_service.consents.schemas import (
    Channel,
    ConfirmBody,
    ConsentBody,
    ConsentRow,
    ConsentStanding,
    ContactAnswer,
    ProofAnswer,
    Purpose,
    canonical,
)
from profile_service.customers.values import StorableTime
from profile_service.settings import ProfileSettings

__all__ = ["router"]

router = Router(prefix="/v1/customers", tags=["consents"])


@router.put("/{customer_id}/consents", response_model=ConsentStanding)
async def put_consent(request: Request, customer_id: UUID, body: ConsentBody) -> Response:
    """Takes down what a customer allows or refuses; the same content as what stands adds nothing. With `double_opt_in`
    the answer holds the token that confirms it, once: a replay of the Idempotency-Key does not."""
    _refuse_own_double_opt_in(request, body)
    in_full, tokens = principal_of(request).sees_personal_data, list[str]()

    async def use_case(unit: UnitOfWork) -> ConsentStanding:
        outcome = await service.put(unit, customer_id, body.told())
        tokens[:] = [outcome.token] if outcome.token else []
        return ConsentStanding.of_pair(body.channel, outcome.standing, unit.now, in_full=in_full)

    return _with_token(await command(request, use_case, status=200), tokens)


@router.post("/{customer_id}/consents/confirm", response_model=ConsentStanding)
async def confirm_consent(request: Request, customer_id: UUID, body: ConfirmBody) -> Response:
    """Ends a double opt-in: the pending consent is granted. A token works once, for at most seven days."""
    in_full = principal_of(request).sees_personal_data

    async def use_case(unit: UnitOfWork) -> ConsentStanding:
        outcome = await service.confirm(unit, customer_id, body.token, canonical(body.evidence))
        channel = outcome.standing.row.channel
        return ConsentStanding.of_pair(channel, outcome.standing, unit.now, in_full=in_full)

    return await command(request, use_case, status=200)


@router.get("/{customer_id}/consents", response_model=Page[ConsentStanding])
async def list_consents(request: Request, customer_id: UUID, paging: PageQuery) -> Response:
    """What stands for each purpose and channel, in their order. Evidence is null for agents and analysts without the
    scope `pii:read`."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> Page[ConsentStanding]:
        found, cursor = await service.standings(connection, await family_of(connection, customer_id), paging)
        now = utc_now()
        items = [ConsentStanding.of_pair(channel, each, now, in_full=in_full) for channel, each in found]
        return Page(items=items, next_cursor=cursor)

    return await query(request, read)


@router.get("/{customer_id}/consents/history", response_model=Page[ConsentRow])
async def list_consent_history(request: Request, customer_id: UUID, paging: PageQuery) -> Response:
    """Everything that was ever taken down, newest first, with its place in the hash chain."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> Page[ConsentRow]:
        rows, cursor = await service.page_of_rows(connection, await family_of(connection, customer_id), paging)
        return Page(items=[ConsentRow.of(row, in_full=in_full) for row in rows], next_cursor=cursor)

    return await query(request, read)


@router.get("/{customer_id}/consents/proof", response_model=ProofAnswer)
async def prove_consents(request: Request, customer_id: UUID) -> Response:
    """Checks the whole hash chain of the customer's consents."""

    async def read(connection: AsyncConnection) -> ProofAnswer:
        return ProofAnswer.of(await service.prove(connection, customer_id))

    return await query(request, read)


@router.get("/{customer_id}/can-contact", response_model=ContactAnswer)
async def get_can_contact(
    request: Request,
    customer_id: UUID,
    purpose: Annotated[Purpose, Query()],
    channel: Annotated[Channel, Query()],
    at: Annotated[StorableTime | None, Query()] = None,
) -> Response:
    """Whether the customer may be contacted now, and why. `at` asks about another moment, by what is known now."""

    async def read(connection: AsyncConnection) -> ContactAnswer:
        family = await family_of(connection, customer_id)
        found = await service.contact(connection, family, purpose, channel, _clocks(request), at)
        return ContactAnswer.of(found, persian=call_of(request).persian)

    return await query(request, read)


def _clocks(request: Request) -> service.Clocks:
    settings = cast("ProfileSettings", services_of(request).settings)
    return service.Clocks(QuietHours.parse(settings.quiet_hours), settings.default_timezone)


def _refuse_own_double_opt_in(request: Request, body: ConsentBody) -> None:
    # Whoever gets the token could confirm without ever having seen the message that it was to travel in.
    if body.double_opt_in and principal_of(request).roles == {"customer"}:
        raise Forbidden(detail="a customer does not open a double opt-in for itself")


def _with_token(answer: Response, tokens: list[str]) -> Response:
    """The token is added after the commit, because the answer of an Idempotency-Key is stored as it is."""
    for token in tokens:
        answer.body = orjson.dumps({**orjson.loads(answer.body), "confirmation_token": token})
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer
