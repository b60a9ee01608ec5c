"""The keys that tokens are checked with: a JWKS (RFC 7517) from a file or a URL, read again when a key is unknown."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import orjson
import structlog

__all__ = ["ALGORITHMS", "KeySet"]

log = structlog.get_logger(__name__)

ALGORITHMS = {"OKP": "EdDSA", "EC": "ES256", "RSA": "RS256"}
_FETCH_SECONDS = 2.0
_MAX_BYTES = 262_144


class KeySet:
    """Public keys by `kid`. A file is read again at most once a second, a URL at most once a minute."""

    def __init__(self, *, file: Path | None = None, url: str | None = None) -> None:
        if (file is None) == (url is None):
            raise ValueError("name exactly one of JWKS_FILE and JWKS_URL")
        self._file, self._url = file, url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._raw = b""
        self._read_at = float("-inf")
        self._fetching = asyncio.Lock()

    @property
    def is_remote(self) -> bool:
        """Whether a refresh needs the network."""
        return self._url is not None

    def find(self, key_id: str | None) -> jwt.PyJWK | None:
        """The key of this id; of a token without one, the only key there is."""
        if key_id is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(key_id)

    def reload_file(self) -> bool:
        """Reads the file again; True when the keys have changed."""
        if self._file is None or time.monotonic() - self._read_at < 1.0:
            return False
        self._read_at = time.monotonic()
        try:
            return self._replace(self._file.read_bytes())
        except OSError as error:
            log.warning("jwks_unreadable", error=str(error))
            return False

    async def refresh(self) -> bool:
        """Reads file or URL again unless that was done a moment ago; True when the keys have changed."""
        if self._url is None:
            return self.reload_file()
        async with self._fetching:
            if time.monotonic() - self._read_at < 60.0:
                return False
            self._read_at = time.monotonic()
            try:
                return self._replace(await _fetch(self._url))
            except (TimeoutError, OSError, aiohttp.ClientError) as error:
                self._read_at += _FETCH_SECONDS - 60.0 if not self._keys else 0.0
                log.warning("jwks_unreachable", error=type(error).__name__)
                return False

    def _replace(self, raw: bytes) -> bool:
        try:
            keys = dict(_parse(raw))
        except (ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
            log.warning("jwks_malformed", error=type(error).__name__)
            return False
        changed = raw != self._raw
        self._keys, self._raw = keys, raw
        return changed


def _parse(raw: bytes) -> list[tuple[str, jwt.PyJWK]]:
    found = []
    for number, entry in enumerate(orjson.loads(raw)["keys"]):
        algorithm = ALGORITHMS.get(entry.get("kty"))
        if algorithm is None or entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm:
            continue
        found.append((str(entry.get("kid", number)), jwt.PyJWK(_public(entry), algorithm)))
    return found


def _public(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in {"d", "p", "q", "dp", "dq", "qi"}}


async def _fetch(url: str) -> bytes:
    timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
        response.raise_for_status()
        return await response.content.read(_MAX_BYTES)
