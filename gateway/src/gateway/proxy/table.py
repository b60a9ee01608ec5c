"""Which service owns which path. The raw path decides, and it decides once."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from hamdel.http.problem import Malformed, NotFound

__all__ = ["PAGES", "PREFIXES", "PUBLIC_PREFIXES", "owner_of"]

PREFIXES: Final[dict[str, str]] = {
    "customers": "profile",
    "attribute-schema": "profile",
    "identifier-types": "profile",
    "duplicates": "profile",
    "segments": "profile",
    "imports": "profile",
    "erasures": "profile",
    "exports": "profile",
    "interactions": "interaction",
    "purchases": "interaction",
    "cases": "interaction",
    "queues": "interaction",
    "sla-policies": "interaction",
    "calendars": "interaction",
    "canned-replies": "interaction",
    "tasks": "interaction",
    "rules": "interaction",
    "appointments": "interaction",
    "articles": "interaction",
    "assistant": "interaction",
    "agents": "interaction",
    "conversations": "interaction",
    "message-templates": "interaction",
    "messages": "interaction",
    "deliveries": "interaction",
    "u": "interaction",
    "surveys": "survey",
    "s": "survey",
    "programs": "loyalty",
    "members": "loyalty",
    "adjustments": "loyalty",
    "vouchers": "loyalty",
}
"""First segment after `/v1` → short name of the service."""

PAGES: Final = b"/s/"
"""Below it survey-service answers with pages for respondents; they are no part of the API."""

PUBLIC_PREFIXES: Final = (PAGES, b"/v1/s/", b"/v1/u/", b"/v1/deliveries/")
"""Answered without a token: a survey's respondent and whoever unsubscribes need no account, and a provider that reports
a delivery signs its report."""

_OF_INTERACTIONS: Final = re.compile(rb"/v1/customers/[^/]+/(?:timeline|conversations)/?")
_SEGMENT: Final = re.compile(rb"/v1/([a-z][a-z-]*)(?:/.*)?", re.DOTALL)
_SEPARATORS: Final = re.compile(rb"[/\\]")


def owner_of(raw_path: bytes) -> str:
    """The short name of the service for a raw (percent-encoded) path.

    Raises NotFound for a path of nobody and Malformed for one with dot segments, however they are written: what the
    gateway decides on must be what the service sees.
    """
    decoded = unquote_to_bytes(raw_path) if b"%" in raw_path else raw_path
    if b".." in decoded or b"/." in decoded or b"\x00" in decoded or b"\\" in decoded:
        _refuse_dot_segments(decoded)
    if raw_path.startswith(PAGES):
        return "survey"
    if _OF_INTERACTIONS.fullmatch(raw_path):
        return "interaction"
    segment = _SEGMENT.fullmatch(raw_path)
    owner = PREFIXES.get(segment[1].decode()) if segment else None
    if owner is None:
        raise NotFound("unknown-path", "no service answers this path")
    return owner


def _refuse_dot_segments(decoded: bytes) -> None:
    if b"\x00" in decoded or any(part in (b".", b"..") for part in _SEPARATORS.split(decoded)):
        raise Malformed("bad-path", "the path has dot segments or a NUL")
