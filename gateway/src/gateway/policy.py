"""Who may call what of the gateway's own; the services decide about everything that is proxied."""

from __future__ import annotations

from typing import Final

from hamdel.http.auth import PolicyTable

__all__ = ["POLICY"]

_STAFF: Final = frozenset({"admin", "manager", "agent", "analyst", "service"})

POLICY: Final[PolicyTable] = {
    "get_customer_view": _STAFF | {"customer"},
    "get_customer_view_by_identifier": _STAFF,
    "compare_views": frozenset({"admin", "service"}),
}
