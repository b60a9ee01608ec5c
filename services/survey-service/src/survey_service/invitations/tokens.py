"""Tokens of survey links: an end, a random number and a signature over both; nothing in them is about anybody."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

__all__ = ["NONCE_BYTES", "Stamp", "issued", "opened", "token_hash"]

NONCE_BYTES: Final = 16
END_BYTES: Final = 5
SIGNATURE_BYTES: Final = 16
"""128 bits of HMAC-SHA-256 (RFC 2104, section 5: at least half of the hash may be kept)."""

LENGTH: Final = -(-(END_BYTES + NONCE_BYTES + SIGNATURE_BYTES) * 4 // 3)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a genuine token says of itself: its end (UTC), None where it has none."""

    expires_at: datetime | None

    def over(self, now: datetime) -> bool:
        """Whether its end has come."""
        return self.expires_at is not None and self.expires_at <= now


def issued(key: bytes, nonce: bytes, expires_at: datetime | None) -> str:
    """A token with this end (whole seconds, rounded up) and these random bytes, base64url without padding."""
    seconds = 0 if expires_at is None else -int(-expires_at.timestamp() // 1)
    body = seconds.to_bytes(END_BYTES) + nonce
    return base64.urlsafe_b64encode(body + _signature(key, body)).rstrip(b"=").decode()


def opened(key: bytes, token: str) -> Stamp | None:
    """What the token says; None for one that was not made with this key. The signature is compared in constant time."""
    if len(token) != LENGTH:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, body)):
        return None
    seconds = int.from_bytes(body[:END_BYTES])
    return Stamp(datetime.fromtimestamp(seconds, UTC) if seconds else None)


def token_hash(token: str) -> bytes:
    """What is kept of a token. It is a random number of 128 bits: no salt makes it harder to guess."""
    return hashlib.sha256(token.encode()).digest()


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"survey\0" + body, hashlib.sha256)[:SIGNATURE_BYTES]
