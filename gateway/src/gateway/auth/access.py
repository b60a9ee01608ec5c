"""Which customers a caller may view, and whether in full; decided once per token and remembered with it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.policy import POLICY
from hamdel.http.auth import Principal, TokenVerifier

__all__ = ["ViewAccess", "ViewAccessCache", "access_of"]

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class ViewAccess:
    """`only` is the one customer id that may be seen (canonical), None for all; `masked` hides national ids and
    phone numbers."""

    principal: Principal
    only: str | None
    masked: bool


def access_of(principal: Principal) -> ViewAccess | None:
    """None where the policy refuses the view altogether."""
    allowed = POLICY["get_customer_view"]
    masked = not principal.sees_personal_data
    if principal.roles & (allowed - {"customer"}):
        return ViewAccess(principal, None, masked)
    if "customer" in principal.roles & allowed and principal.customer_id:
        return ViewAccess(principal, str(principal.customer_id), masked)
    return None


class ViewAccessCache:
    """By `Authorization` header, valid as long as the verifier gives the same principal for it."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier
        self._known: dict[bytes, ViewAccess | None] = {}

    def get(self, header: bytes) -> ViewAccess | None:
        """The caller's access. Raises Unauthenticated for a token that is not valid (any more)."""
        principal = self._verifier.verify_header(header)
        access = self._known.get(header)
        if access is None or access.principal is not principal:
            access = access_of(principal)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[header] = access
        return access
