"""What is made with the service's own keys: unsubscribe tokens and the hashes of suppressed addresses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import unicodedata
from typing import Final
from uuid import UUID

__all__ = ["address_hash", "message_of", "unsubscribe_token"]

SIGNATURE_BYTES: Final = 16
"""128 bits of HMAC-SHA-256 (RFC 2104, section 5: at least half of the hash may be kept)."""


def unsubscribe_token(key: bytes, message_id: UUID) -> str:
    """The token of a message's unsubscribe link: its id and an HMAC over it, base64url without padding."""
    return base64.urlsafe_b64encode(message_id.bytes + _signature(key, message_id)).rstrip(b"=").decode()


def message_of(key: bytes, token: str) -> UUID | None:
    """The message whose link it is; None for a token that was not made with this key."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 16 + SIGNATURE_BYTES:
        return None
    message_id = UUID(bytes=raw[:16])
    return message_id if hmac.compare_digest(raw[16:], _signature(key, message_id)) else None


def address_hash(key: bytes, channel: str, address: str) -> bytes:
    """HMAC-SHA-256 of an address, so that a list of those that must not be used holds none. Case and compatibility
    forms do not make another address."""
    canonical = unicodedata.normalize("NFKC", address).strip().casefold()
    return hmac.digest(key, f"{channel}\0{canonical}".encode(), hashlib.sha256)


def _signature(key: bytes, message_id: UUID) -> bytes:
    return hmac.digest(key, b"unsubscribe\0" + message_id.bytes, hashlib.sha256)[:SIGNATURE_BYTES]
