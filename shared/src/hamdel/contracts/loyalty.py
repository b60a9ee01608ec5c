"""Facts of loyalty-service: none yet; the topology is whole, the facts come with the capability."""

from __future__ import annotations

from typing import Final

from hamdel.contracts.base import Fact

__all__ = ["FACTS"]

FACTS: Final[tuple[type[Fact], ...]] = ()
