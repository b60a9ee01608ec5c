"""Signatures of HTTP calls, out and in, as Standard Webhooks has them: HMAC-SHA-256 over id, time and body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Final

__all__ = ["is_signed", "secret_of", "signature_headers"]

TOLERANCE_SECONDS: Final = 300
"""A call that is older, or younger, than five minutes may be one that somebody kept and sends again."""

PREFIX: Final = "whsec_"


def secret_of(file: Path) -> bytes:
    """The key in a file: `whsec_` and base64, or any other text as it stands. Raises ValueError for an empty one."""
    text = file.read_text(encoding="utf-8").strip()
    if text.startswith(PREFIX):
        try:
            return base64.b64decode(text.removeprefix(PREFIX), validate=True)
        except binascii.Error as error:
            raise ValueError(f"{file}: not base64 after {PREFIX}") from error
    if not text:
        raise ValueError(f"{file} is empty")
    return text.encode()


def signature_headers(secret: bytes, call_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp` (seconds since the epoch) and `webhook-signature`."""
    return {
        "webhook-id": call_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{_signature(secret, call_id, str(timestamp), body)}",
    }


def is_signed(secret: bytes, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether one of the call's signatures is ours and its time is near `now` (seconds since the epoch)."""
    call_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    expected = f"v1,{_signature(secret, call_id, timestamp, body)}".encode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(one.encode(), expected) for one in given)


def _signature(secret: bytes, call_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{call_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
