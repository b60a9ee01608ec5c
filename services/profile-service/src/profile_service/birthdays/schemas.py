"""Bodies of the birthday route."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from hamdel.http import ResponseModel

__all__ = ["Birthdays", "MonthDayText"]

MonthDayText = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]


class Birthdays(ResponseModel):
    """Ids alone: on which day they were asked for says the rest."""

    items: list[UUID]
    next_cursor: str | None
