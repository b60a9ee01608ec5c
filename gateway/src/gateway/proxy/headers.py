"""Which headers travel: all end-to-end ones, none of a single connection (RFC 9110, section 7.6.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

__all__ = ["HeaderPairs", "for_client", "for_service"]

HeaderPairs = list[tuple[bytes, bytes]]

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_NOT_FORWARDED: Final = HOP_BY_HOP | {b"host", b"content-length", b"expect", b"x-request-id", b"traceparent"}
_NOT_RETURNED: Final = HOP_BY_HOP | {b"x-request-id", b"date", b"server"}


def for_service(
    headers: Iterable[tuple[bytes, bytes]], request_id: str, traceparent: str, client: str | None
) -> list[tuple[str, str]]:
    """The request's headers for the service; the client's address is added to `X-Forwarded-For`, and the trace goes
    on from the gateway's own span."""
    pairs = list(headers)
    dropped = _NOT_FORWARDED | _named_by_connection(pairs) | {b"x-forwarded-for"}
    kept = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs if name not in dropped]
    kept += [("x-request-id", request_id), ("traceparent", traceparent)]
    forwarded = [value.decode("latin-1") for name, value in pairs if name == b"x-forwarded-for"]
    if client:
        forwarded.append(client)
    if forwarded:
        kept.append(("x-forwarded-for", ", ".join(forwarded)))
    return kept


def for_client(headers: Iterable[tuple[bytes, bytes]]) -> HeaderPairs:
    """The service's headers for the client, names in lower case; the request id is added by the gateway's edge."""
    pairs = [(name.lower(), value) for name, value in headers]
    dropped = _NOT_RETURNED | _named_by_connection(pairs)
    return [pair for pair in pairs if pair[0] not in dropped]


def _named_by_connection(pairs: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    for name, value in pairs:
        if name == b"connection":
            return frozenset(token.strip().lower() for token in value.split(b","))
    return frozenset()
