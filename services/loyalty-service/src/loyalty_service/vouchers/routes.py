"""HTTP of vouchers."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.database import UnitOfWork
from hamdel.http import Router, command, query
from loyalty_service.vouchers import service
from loyalty_service.vouchers.schemas import VoucherResource

__all__ = ["router"]

router = Router(prefix="/v1/vouchers", tags=["vouchers"])


@router.get("/{code}", response_model=VoucherResource)
async def get_voucher(request: Request, code: str) -> Response:
    """What a code stands for; a mistyped one is 422."""

    async def read(connection: AsyncConnection) -> VoucherResource:
        return VoucherResource.of(await service.voucher_of(connection, code), utc_now())

    return await query(request, read)


@router.post("/{code}/use", response_model=VoucherResource)
async def use_voucher(request: Request, code: str) -> Response:
    """Uses it, once: the second time is 409 `voucher-used`. Needs an `Idempotency-Key`."""

    async def use_case(unit: UnitOfWork) -> VoucherResource:
        return VoucherResource.of(await service.use(unit, code), unit.now)

    return await command(request, use_case, status=200, key_required=True)
