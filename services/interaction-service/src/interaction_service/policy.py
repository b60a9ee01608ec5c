"""Who may do what, by operationId."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["POLICY"]

_WRITERS: Final = frozenset({"admin", "manager", "agent", "service"})
_READERS: Final = _WRITERS | {"analyst"}

POLICY: Final[Mapping[str, frozenset[str]]] = {
    "record_interaction": _WRITERS,
    "record_interactions": _WRITERS,
    "get_interaction": _READERS,
    "record_purchase": _WRITERS,
    "record_purchases": _WRITERS,
    "get_purchase": _READERS,
    "get_timeline": _READERS | {"customer"},
}
