"""Who may do what, by operationId."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["POLICY"]

_WRITERS: Final = frozenset({"admin", "manager", "agent", "service"})
_READERS: Final = _WRITERS | {"analyst"}

POLICY: Final[Mapping[str, frozenset[str]]] = {
    "create_customer": _WRITERS,
    "update_customer": _WRITERS,
    "resolve_identifiers": _WRITERS,
    "get_customer": _READERS | {"customer"},
    "get_customer_by_identifier": _READERS,
    "get_customer_history": _READERS,
    "known_customers": frozenset({"service"}),
}
