"""Who may do what: operationId → roles. No operation yet; one that is missing here fails the build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["POLICY"]

POLICY: Final[Mapping[str, frozenset[str]]] = {}
