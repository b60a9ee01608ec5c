"""Arrays that are spelled in one text mean to PostgreSQL what a list of the driver would have meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from hamdel.database import DatabaseSettings, create_engine
from hamdel.database.arrays import spelled_array

MOMENT = datetime(2026, 3, 20, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", []),
        ("bigint", [1, None, -(2**63), 2**63 - 1]),
        ("boolean", [True, None, False]),
        ("numeric", [Decimal("0.10"), Decimal("1E+3"), Decimal("-12345678901234567890.123456789"), None]),
        ("date", [date(1, 1, 1), None, date(2024, 2, 29)]),
        ("timestamptz", [MOMENT, None, datetime(1970, 1, 1, tzinfo=UTC)]),
    ],
)
async def test_a_spelled_array_is_read_as_the_values_it_was_made_of(
    eventing_database: str, kind: str, values: list[Any]
) -> None:
    engine = create_engine(DatabaseSettings(url=eventing_database))
    async with engine.connect() as connection:
        found = await connection.execute(
            text(f"SELECT CAST(CAST(:given AS text) AS {kind}[])"), {"given": spelled_array(values)}
        )
    await engine.dispose()
    assert found.scalar_one() == values
