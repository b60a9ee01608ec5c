"""Lists of holidays that are shipped as data, as closed days of one year."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from hamdel.calendar import to_gregorian

__all__ = ["closed_days", "list_codes"]


@cache
def _lists() -> dict[str, Any]:
    lists: dict[str, Any] = orjson.loads(files(__package__).joinpath("holidays.json").read_bytes())
    return lists


def list_codes() -> list[str]:
    """The codes of the lists."""
    return sorted(_lists())


def closed_days(code: str, year: int) -> list[dict[str, Any]]:
    """The exceptions of a list for a year of the list's own calendar (Jalali for `ir-fixed`), in order.

    Raises KeyError for an unknown list and ValueError for a year out of range.
    """
    days = [
        {"date": to_gregorian(year, one["month"], one["day"]).isoformat(), "windows": [], "name": one["name"]}
        for one in _lists()[code]["days"]
    ]
    return sorted(days, key=lambda day: str(day["date"]))
