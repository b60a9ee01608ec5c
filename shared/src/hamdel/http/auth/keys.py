"""The signing side, for the embedded identity and for tests: an Ed25519 pair and the tokens it signs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm

from hamdel.ids import new_id

__all__ = ["JWKS_FILE", "PRIVATE_KEY_FILE", "generate_key_pair", "issue_token", "load_private_key"]

PRIVATE_KEY_FILE = "signing-key.pem"
JWKS_FILE = "jwks.json"


def generate_key_pair(directory: Path) -> tuple[Path, Path]:
    """Writes a new private key (PEM, mode 0600) and the public `jwks.json`; gives both paths."""
    directory.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    private, public = directory / PRIVATE_KEY_FILE, directory / JWKS_FILE
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    private.unlink(missing_ok=True)
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    jwk: dict[str, Any] = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    jwk |= {"kid": _key_id(key), "use": "sig", "alg": "EdDSA"}
    replacement = public.with_suffix(".new")
    replacement.write_text(json.dumps({"keys": [jwk]}, indent=2))
    replacement.replace(public)
    return private, public


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """The private key from its PEM file; raises ValueError when it is not an Ed25519 key."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: not an Ed25519 private key")
    return key


def issue_token(
    private_key: Ed25519PrivateKey | Path,
    roles: str | Iterable[str],
    *,
    subject: str = "hamdel-cli",
    customer_id: UUID | None = None,
    scopes: Iterable[str] = (),
    ttl_seconds: int = 3_600,
    issuer: str = "hamdel",
    audience: str = "hamdel",
) -> str:
    """A JWT signed with EdDSA, valid from now for `ttl_seconds`."""
    key = load_private_key(private_key) if isinstance(private_key, Path) else private_key
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "iat": now,
        "exp": now + ttl_seconds,
        "jti": str(new_id()),
        "roles": [roles] if isinstance(roles, str) else sorted(roles),
    }
    if customer_id is not None:
        claims["customer_id"] = str(customer_id)
    if scope := " ".join(sorted(scopes)):
        claims["scope"] = scope
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": _key_id(key)})


def _key_id(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()[:16]
