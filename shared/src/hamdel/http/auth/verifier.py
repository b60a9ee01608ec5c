"""Bearer tokens (RFC 6750): JWTs signed with EdDSA, ES256 or RS256, remembered until they expire."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import jwt

from hamdel.http.auth.jwks import ALGORITHMS, KeySet
from hamdel.http.auth.principal import Principal
from hamdel.http.problem import Unauthenticated

__all__ = ["TokenVerifier"]

_REMEMBERED = 10_000
_MAX_HEADER = 8_192
_LEEWAY_SECONDS = 5


class _UnknownKey(Unauthenticated):
    """The token names a key that is not in the key set."""


class TokenVerifier:
    """Turns the raw `Authorization` header into a Principal, or raises Unauthenticated (401)."""

    def __init__(self, keys: KeySet, *, issuer: str, audience: str) -> None:
        self._keys, self._issuer, self._audience = keys, issuer, audience
        self._verified: dict[bytes, Principal] = {}

    def verify_header(self, header: bytes) -> Principal:
        """Without I/O for a token seen before; otherwise one signature check and perhaps one read of the key file."""
        principal = self._verified.get(header)
        if principal is not None and principal.expires_at > time.time():
            return principal
        try:
            return self._verify(header)
        except _UnknownKey:
            if not self._keys.reload_file():
                raise
            self._verified.clear()
            return self._verify(header)

    async def authenticate(self, header: bytes) -> Principal:
        """As `verify_header`, and asks the JWKS URL once for a key that is unknown."""
        try:
            return self.verify_header(header)
        except _UnknownKey:
            if not self._keys.is_remote or not await self._keys.refresh():
                raise
            self._verified.clear()
            return self.verify_header(header)

    async def start(self) -> None:
        """Reads the keys for the first time; an unreachable issuer does not stop the start."""
        await self._keys.refresh()

    def _verify(self, header: bytes) -> Principal:
        self._verified.pop(header, None)
        claims = self._claims(_token_of(header))
        principal = _principal(claims)
        if len(self._verified) >= _REMEMBERED:
            for old in list(self._verified)[: _REMEMBERED // 10]:
                del self._verified[old]
        self._verified[header] = principal
        return principal

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            unverified = jwt.get_unverified_header(token)
            if unverified.get("alg") not in ALGORITHMS.values():
                raise Unauthenticated("invalid-token", "the token's algorithm is not accepted")
            key = self._keys.find(unverified.get("kid"))
            if key is None:
                raise _UnknownKey("invalid-token", "the token's key is not known")
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._audience,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("expired-token", "the token has expired") from error
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Unauthenticated("invalid-token", "the token is not valid") from error


def _token_of(header: bytes) -> str:
    scheme, _, token = header.strip().partition(b" ")
    if scheme.lower() != b"bearer" or not token.strip() or len(header) > _MAX_HEADER:
        raise Unauthenticated("invalid-token", "expected: Authorization: Bearer <JWT>")
    try:
        return token.strip().decode("ascii")
    except UnicodeDecodeError as error:
        raise Unauthenticated("invalid-token", "the token is not valid") from error


def _principal(claims: dict[str, Any]) -> Principal:
    roles = claims.get("roles", claims.get("role", []))
    roles = [roles] if isinstance(roles, str) else roles
    scope = claims.get("scope", "")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise Unauthenticated("invalid-token", "the claim roles is not a list of strings")
    if not isinstance(scope, str):
        raise Unauthenticated("invalid-token", "the claim scope is not a string")
    return Principal(
        subject=str(claims["sub"]),
        roles=frozenset(roles),
        customer_id=_customer_id(claims.get("customer_id")),
        scopes=frozenset(scope.split()),
        expires_at=float(claims["exp"]),
    )


def _customer_id(claim: Any) -> UUID | None:
    if claim is None:
        return None
    try:
        return UUID(claim)
    except (ValueError, TypeError, AttributeError) as error:
        raise Unauthenticated("invalid-token", "the claim customer_id is not a UUID") from error
