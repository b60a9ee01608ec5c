"""Arrays as PostgreSQL spells them: the driver takes up to two microseconds for each element of a list."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import orjson

__all__ = ["spelled_array"]


def spelled_array(values: Collection[int | bool | Decimal | date | None]) -> str:
    """The values as one text, to be read by `CAST(CAST(:name AS text) AS bigint[])`: a moment takes a quarter of what
    it takes as an element of a list, an amount a tenth. None is NULL. Not for text: JSON escapes it otherwise.

    >>> spelled_array([1, None, Decimal("2.50"), date(2026, 3, 1)])
    '{1,null,"2.50","2026-03-01"}'
    """
    return "{" + orjson.dumps(values, str)[1:-1].decode() + "}"
