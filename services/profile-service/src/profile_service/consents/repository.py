"""The SQL of consents: rows are added and read, nothing else (a trigger refuses the rest)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, null, select, text, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.consents.domain import Row
from profile_service.tables import consents

__all__ = ["LineKey", "add", "by_token", "chain", "find", "lines", "newest"]

LineKey = tuple[datetime, int, UUID]
"""What the lines of several customers are sorted by: when, which of that customer's, whose."""

LIGHT = [column for column in consents.c if column.name != "evidence"]
EVIDENCE = cast(consents.c.evidence, Text).label("evidence")
PLACE = (consents.c.recorded_at, consents.c.ordinal, consents.c.customer_id)

ADD = text(
    """
    INSERT INTO consents (id, customer_id, ordinal, purpose, channel, status, legal_basis, source, evidence,
                          valid_from, valid_to, token_hash, token_expires_at, confirms, recorded_at, recorded_by,
                          previous_hash, hash)
    VALUES (:id, :customer_id, :ordinal, :purpose, :channel, :status, :legal_basis, :source,
            CAST(CAST(:evidence AS text) AS json), :valid_from, :valid_to, :token_hash, :token_expires_at, :confirms,
            :recorded_at, :recorded_by, :previous_hash, :hash)
    """
)


async def add(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Appends rows; the streams of their customers are locked by the caller."""
    await connection.execute(ADD, [asdict(row) for row in rows])


async def newest(
    connection: AsyncConnection, customer_ids: Sequence[UUID], *, with_evidence: bool = False
) -> list[Row]:
    """The newest row of every customer, purpose and channel, in one statement."""
    pair = (consents.c.customer_id, consents.c.purpose, consents.c.channel)
    statement = _rows(customer_ids, with_evidence).ext(distinct_on(*pair)).order_by(*pair, consents.c.ordinal.desc())
    return [_row(record) for record in await connection.execute(statement)]


async def lines(
    connection: AsyncConnection, customer_ids: Sequence[UUID], before: LineKey | None, limit: int
) -> list[Row]:
    """All rows, newest first; `before` is the key of the last one seen."""
    statement = _rows(customer_ids, True).order_by(*(column.desc() for column in PLACE)).limit(limit)
    if before is not None:
        statement = statement.where(tuple_(*PLACE) < tuple_(*before))
    return [_row(record) for record in await connection.execute(statement)]


async def chain(connection: AsyncConnection, customer_id: UUID, after: int, limit: int) -> list[Row]:
    """Rows of one customer in the order of the chain, those after an ordinal."""
    statement = _rows([customer_id], True).where(consents.c.ordinal > after).order_by(consents.c.ordinal).limit(limit)
    return [_row(record) for record in await connection.execute(statement)]


async def find(connection: AsyncConnection, row_id: UUID) -> Row:
    """The row of an id that another row names."""
    statement = select(*LIGHT, EVIDENCE).where(consents.c.id == row_id)
    return _row((await connection.execute(statement)).one())


async def by_token(connection: AsyncConnection, customer_ids: Sequence[UUID], token_hash: bytes) -> Row | None:
    """The row that opened a double opt-in with this token; None where no such customer has one."""
    statement = _rows(customer_ids, True).where(consents.c.token_hash == token_hash)
    record = (await connection.execute(statement)).one_or_none()
    return None if record is None else _row(record)


def _rows(customer_ids: Sequence[UUID], with_evidence: bool) -> Select[Any]:
    evidence = EVIDENCE if with_evidence else null().label("evidence")
    return select(*LIGHT, evidence).where(consents.c.customer_id == func.any(list(customer_ids)))


def _row(record: Any) -> Row:
    return Row(**record._mapping)
