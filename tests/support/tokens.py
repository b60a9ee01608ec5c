"""Tokens that the tests' key signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hamdel_cli.keys import KeyFolder

__all__ = ["Tokens"]


@dataclass(frozen=True)
class Tokens:
    """`tokens("agent")` → a JWT; `keys.jwks` is what a service verifies it with."""

    keys: KeyFolder

    def __call__(
        self,
        role: str = "admin",
        *,
        customer_id: UUID | None = None,
        scopes: Sequence[str] = (),
        subject: str | None = None,
    ) -> str:
        return self.keys.issue(role, customer_id=customer_id, scopes=scopes, subject=subject)

    def bearer(self, role: str = "admin", *, customer_id: UUID | None = None) -> dict[str, str]:
        """The Authorization header with such a token."""
        return {"Authorization": f"Bearer {self(role, customer_id=customer_id)}"}
