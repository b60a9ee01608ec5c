"""Use cases of vouchers: given out when a redemption is captured, used once at the till."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Conflict, FieldError, InvalidValue, NotFound
from loyalty_service.programs.domain import Program, first_instant, local_day
from loyalty_service.vouchers import repository
from loyalty_service.vouchers.domain import CODES, Voucher, code_of, hash_of, read_code, refusal, used

__all__ = ["expiry", "fresh_code", "use", "voucher_of"]


def fresh_code() -> str:
    """A code that nobody can guess."""
    return code_of(secrets.randbelow(CODES))


def expiry(program: Program, issued_at: datetime, days: int | None) -> datetime | None:
    """The end (UTC) of the programme's day so many days after the one it is issued on; None = never.

    Example: issued on a Monday for 1 day, it is good until Tuesday is over.
    """
    if days is None:
        return None
    return first_instant(program, local_day(program, issued_at) + timedelta(days=days + 1))


async def voucher_of(connection: AsyncConnection, text: str) -> Voucher:
    """The voucher of a code as somebody typed it. Raises InvalidValue for a mistyped one, NotFound
    `unknown-voucher`."""
    code = read_code(text)
    if code is None:
        fault = FieldError("/path/code", "the code is mistyped: its check sign does not fit", "check_digit")
        raise InvalidValue(errors=[fault])
    found = await repository.by_hash(connection, hash_of(code))
    if found is None:
        raise NotFound("unknown-voucher", "there is no such voucher")
    return found


async def use(unit: UnitOfWork, text: str) -> Voucher:
    """Uses the voucher, once. Raises like `voucher_of`, and Conflict `voucher-used`, `voucher-expired`,
    `voucher-void` (its redemption was undone)."""
    seen = await voucher_of(unit.connection, text)
    await unit.lock_streams([seen.customer_id])
    voucher = await voucher_of(unit.connection, text)
    if code := refusal(voucher, unit.now):
        raise Conflict(code, "the voucher cannot be used any more")
    after = used(voucher, unit.now, unit.context.actor)
    await repository.store(unit.connection, after)
    unit.touch(voucher.customer_id)
    return after
