"""Every statement on vouchers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.vouchers.domain import Voucher

__all__ = ["add", "by_hash", "of_redemption", "open_of", "store"]

_SELECT: Final = """
    SELECT v.id, v.last4, v.program_id, v.customer_id, v.redemption_id, r.reward_code, r.reward_kind, r.points,
           v.status, v.issued_at, v.expires_at, v.used_at, v.used_by, v.version
    FROM vouchers AS v JOIN redemptions AS r ON r.id = v.redemption_id
"""
BY_HASH: Final = text(f"{_SELECT} WHERE v.code_hash = :code_hash")
OF_REDEMPTION: Final = text(f"{_SELECT} WHERE v.redemption_id = :redemption_id")
OPEN_OF: Final = text(
    f"""
    {_SELECT} WHERE v.customer_id = ANY(CAST(:customers AS uuid[])) AND v.status = 'open'
      AND coalesce(v.expires_at, 'infinity') > now()
    ORDER BY v.customer_id, v.id
    """
)
ADD: Final = text(
    """
    INSERT INTO vouchers (id, code_hash, last4, program_id, customer_id, redemption_id, issued_at, expires_at, status)
    SELECT *, 'open' FROM unnest(
        CAST(:ids AS uuid[]), CAST(:hashes AS bytea[]), CAST(:last4s AS text[]), CAST(:programs AS uuid[]),
        CAST(:customers AS uuid[]), CAST(:redemptions AS uuid[]), CAST(:issued AS timestamptz[]),
        CAST(:expiring AS timestamptz[])
    )
    """
)
STORE: Final = text(
    "UPDATE vouchers SET status = :status, used_at = :used_at, used_by = :used_by, version = :version WHERE id = :id"
)


async def add(connection: AsyncConnection, issued: Sequence[tuple[Voucher, bytes]]) -> None:
    """Stores new vouchers, each with the hash of its code."""
    if not issued:
        return
    vouchers = [each for each, _ in issued]
    await connection.execute(
        ADD,
        {
            "ids": [each.id for each in vouchers],
            "hashes": [code_hash for _, code_hash in issued],
            "last4s": [each.last4 for each in vouchers],
            "programs": [each.program_id for each in vouchers],
            "customers": [each.customer_id for each in vouchers],
            "redemptions": [each.redemption_id for each in vouchers],
            "issued": [each.issued_at for each in vouchers],
            "expiring": [each.expires_at for each in vouchers],
        },
    )


async def store(connection: AsyncConnection, voucher: Voucher) -> None:
    """Stores a voucher whose customer's stream is locked."""
    values = {name: getattr(voucher, name) for name in ("id", "status", "used_at", "used_by", "version")}
    await connection.execute(STORE, values)


async def by_hash(connection: AsyncConnection, code_hash: bytes) -> Voucher | None:
    """The voucher of a code."""
    return _voucher((await connection.execute(BY_HASH, {"code_hash": code_hash})).first())


async def of_redemption(connection: AsyncConnection, redemption_id: UUID) -> Voucher | None:
    """The voucher that a redemption was given out with."""
    return _voucher((await connection.execute(OF_REDEMPTION, {"redemption_id": redemption_id})).first())


async def open_of(
    connection: AsyncConnection, customer_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], list[Voucher]]:
    """What these customers can still use, by customer and programme, the oldest first."""
    found: defaultdict[tuple[UUID, UUID], list[Voucher]] = defaultdict(list)
    for row in await connection.execute(OPEN_OF, {"customers": list(customer_ids)}):
        found[row.customer_id, row.program_id].append(Voucher(**row._mapping))
    return found


def _voucher(row: Row[Any] | None) -> Voucher | None:
    return None if row is None else Voucher(**row._mapping)
