"""The identity of development and compose: a folder with a signing key, its public JWKS and a service token."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

__all__ = ["ROLES", "KeyFolder", "write_private"]

ROLES = ("admin", "manager", "agent", "analyst", "service", "customer")
TOKEN_SECONDS = 12 * 3600
SERVICE_TOKEN_SECONDS = 365 * 24 * 3600


def write_private(path: Path, content: str) -> None:
    """Writes a file that only its owner may read, replacing an old one in one step."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    fresh.replace(path)


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """A folder with `signing-key.pem` and `service.token` (mode 0600) and the public `jwks.json`."""

    folder: Path

    @property
    def signing_key(self) -> Path:
        """The private key, PKCS 8 in PEM."""
        return self.folder / "signing-key.pem"

    @property
    def jwks(self) -> Path:
        """The public keys, for HAMDEL_JWKS_FILE."""
        return self.folder / "jwks.json"

    @property
    def service_token(self) -> Path:
        """A token with role `service`, for HAMDEL_SERVICE_TOKEN_FILE."""
        return self.folder / "service.token"

    def initialise(self) -> bool:
        """Makes what is missing; a key that exists stays. A service token is renewed in the last half of its year.

        Returns whether anything was made. Imports nothing heavy when there is nothing to do.
        """
        if not (self.signing_key.exists() and self.jwks.exists()):
            self._make_all()
        elif not self._service_token_is_fresh():
            self._renew_service_token()
        else:
            return False
        return True

    def _service_token_is_fresh(self) -> bool:
        try:
            age = time.time() - self.service_token.stat().st_mtime
        except FileNotFoundError:
            return False
        return age < SERVICE_TOKEN_SECONDS / 2

    def _make_all(self) -> None:
        from hamdel.http.auth.keys import generate_key_pair

        generate_key_pair(self.folder)
        self._renew_service_token()

    def _renew_service_token(self) -> None:
        token = self.issue("service", subject="hamdel-service", seconds=SERVICE_TOKEN_SECONDS)
        write_private(self.service_token, token)

    def issue(
        self,
        role: str,
        *,
        customer_id: UUID | None = None,
        scopes: Sequence[str] = (),
        subject: str | None = None,
        seconds: int = TOKEN_SECONDS,
    ) -> str:
        """A signed JWT. `customer_id` is the claim that the role `customer` needs."""
        from hamdel.http.auth.keys import issue_token

        return issue_token(
            self.signing_key,
            role,
            subject=subject or (str(customer_id) if customer_id else f"{role}@hamdel"),
            customer_id=customer_id,
            scopes=scopes,
            ttl_seconds=seconds,
        )
