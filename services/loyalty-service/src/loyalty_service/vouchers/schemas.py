"""Bodies of the voucher routes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hamdel.contracts.base import Moment
from hamdel.http import ResponseModel
from loyalty_service.vouchers.domain import Voucher, state_of

__all__ = ["VoucherResource"]


class VoucherResource(ResponseModel):
    """A voucher; its `status` is open, used, expired, or void when its redemption was undone. The code is known to its
    holder alone."""

    id: UUID
    last4: str
    program_id: UUID
    customer_id: UUID
    redemption_id: UUID
    reward_code: str
    reward_kind: str
    points: int
    status: str
    issued_at: Moment
    expires_at: Moment | None
    used_at: Moment | None
    used_by: str | None
    version: int

    @classmethod
    def of(cls, voucher: Voucher, at: datetime) -> VoucherResource:
        """Its public form at a moment."""
        values = {name: getattr(voucher, name) for name in cls.model_fields}
        return cls(**(values | {"status": state_of(voucher, at)}))
