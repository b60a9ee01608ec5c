"""HTTP of redemptions. Points move here, so every POST needs an `Idempotency-Key`."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Answer, Page, PageQuery, Router, command, etag, principal_of, query
from loyalty_service.redemptions import service
from loyalty_service.redemptions.schemas import RedemptionBody, RedemptionResource, answer_to, resource_of
from loyalty_service.redemptions.sharing import shared_redemptions

__all__ = ["router"]

router = Router(prefix="/v1/members/{customer_id}/redemptions", tags=["redemptions"])

_UNDOERS = frozenset({"admin", "manager"})


@router.post("", status_code=201, response_model=RedemptionResource)
async def redeem(request: Request, customer_id: UUID, body: RedemptionBody) -> Response:
    """Holds points for a reward, or spends them at once. 409 `insufficient-points`, `out-of-stock`, `limit-reached`,
    `reward-not-available`, `not-a-member`; an order that has redeemed the same already gives 200 with it, another one
    409 `order-redeemed`. Calls that arrive together share one transaction."""
    return await shared_redemptions(request)(request, body.wish(customer_id))


@router.get("", response_model=Page[RedemptionResource])
async def list_redemptions(request: Request, customer_id: UUID, paging: PageQuery) -> Response:
    """The redemptions of the customer and of everybody who is one with them, the newest first."""

    async def read(connection: AsyncConnection) -> Answer:
        found, cursor = await service.page_of_redemptions(connection, customer_id, paging)
        return Answer({"items": [resource_of(each) for each in found], "next_cursor": cursor})

    return await query(request, read)


@router.get("/{redemption_id}", response_model=RedemptionResource)
async def get_redemption(request: Request, customer_id: UUID, redemption_id: UUID) -> Response:
    """One redemption."""

    async def read(connection: AsyncConnection) -> Answer:
        found = await service.redemption_of(connection, customer_id, redemption_id)
        return Answer(resource_of(found), headers={"ETag": etag(found.version)})

    return await query(request, read)


@router.post("/{redemption_id}/capture", response_model=RedemptionResource)
async def capture_redemption(request: Request, customer_id: UUID, redemption_id: UUID) -> Response:
    """Spends what is held and gives out the code of a reward; a captured one answers itself, without the code. 409
    `redemption-released` when the points were given back or the time is over."""

    async def use_case(unit: UnitOfWork) -> Answer:
        return answer_to(await service.capture(unit, customer_id, redemption_id), 200)

    return await command(request, use_case, key_required=True)


@router.post("/{redemption_id}/release", response_model=RedemptionResource)
async def release_redemption(request: Request, customer_id: UUID, redemption_id: UUID) -> Response:
    """Gives the points back; a released one answers itself. Managers undo a captured one as well, unless its voucher
    was used: 409 `voucher-used`."""
    may_undo = bool(principal_of(request).roles & _UNDOERS)

    async def use_case(unit: UnitOfWork) -> Answer:
        return answer_to(await service.release(unit, customer_id, redemption_id, may_undo=may_undo), 200)

    return await command(request, use_case, key_required=True)
