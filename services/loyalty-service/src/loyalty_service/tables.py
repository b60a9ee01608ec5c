"""The tables of loyalty-service itself: none yet. Those of eventing and HTTP are in `hamdel.messaging.schema`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import MetaData

__all__ = ["metadata"]

metadata: Final = MetaData()
