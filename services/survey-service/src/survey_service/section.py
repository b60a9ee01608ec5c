"""The `surveys` section of the customer view: nobody has anything there yet."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.sections import EMPTY
from hamdel.database import Families

__all__ = ["SurveysSection"]


class SurveysSection:
    """Renders the empty section for every customer."""

    section = "surveys"
    service = "survey"

    async def render(self, connection: AsyncConnection, families: Families) -> dict[UUID, bytes | None]:
        """The data of each family as JSON bytes."""
        empty = orjson.dumps(EMPTY[self.section])
        return dict.fromkeys(families, empty)

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        """There are none yet."""
        return 0
