"""Who may do what: a table keyed by operationId. What the table does not name is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from hamdel.http.auth.principal import ROLES, Principal
from hamdel.http.problem import Forbidden, Unauthenticated

__all__ = ["OWN_IN_BODY", "PUBLIC", "Policy", "PolicyTable", "check_policy", "require_own"]

PolicyTable = Mapping[str, frozenset[str]]

PUBLIC = "public"
"""In a policy entry: nobody needs a token (a survey invitation)."""

OWN_IN_BODY = "customer-in-body"
"""In a policy entry: the role `customer` may call, and the use case compares the body's customer with `require_own`."""


class Policy:
    """Decides for one service. `authorise` is synchronous and does no I/O."""

    def __init__(self, table: PolicyTable) -> None:
        self._table = dict(table)

    def is_public(self, operation: str) -> bool:
        """Whether nobody needs a token for it."""
        return PUBLIC in self._table.get(operation, frozenset())

    def authorise(self, operation: str, path: str, principal: Principal | None, parameters: Mapping[str, Any]) -> None:
        """Raises Unauthenticated without a principal and Forbidden for one that may not."""
        allowed = self._table.get(operation, frozenset())
        if PUBLIC in allowed:
            return
        if principal is None:
            raise Unauthenticated()
        if principal.roles & allowed - {"customer"}:
            return
        if "customer" in principal.roles and _own(allowed, path, principal, parameters):
            return
        raise Forbidden()


def _own(allowed: frozenset[str], path: str, principal: Principal, parameters: Mapping[str, Any]) -> bool:
    if principal.customer_id is None:
        return False
    if OWN_IN_BODY in allowed:
        return True
    named = parameters.get("customer_id")
    if named is None and path.startswith("/v1/customers/"):
        named = parameters.get("id")
    return "customer" in allowed and _same(named, principal.customer_id)


def _same(value: Any, customer_id: UUID) -> bool:
    try:
        return UUID(str(value)) == customer_id
    except ValueError:
        return False


def require_own(principal: Principal | None, customer_id: UUID) -> None:
    """Raises Forbidden when a pure `customer` names somebody else's id; other roles pass."""
    if principal is None or (principal.roles == {"customer"} and principal.customer_id != customer_id):
        raise Forbidden()


def check_policy(service: str, table: PolicyTable, operations: Iterable[str]) -> None:
    """Raises RuntimeError naming operations without an entry, entries without an operation, and unknown roles."""
    known, named = set(operations), set(table)
    roles = ROLES | {PUBLIC, OWN_IN_BODY}
    faults = [f"operation {name} has no policy entry" for name in sorted(known - named)]
    faults += [f"policy names the unknown operation {name}" for name in sorted(named - known)]
    faults += [f"policy of {name} names an unknown role" for name in sorted(table) if table[name] - roles]
    if faults:
        raise RuntimeError(f"{service}: " + "; ".join(faults))
