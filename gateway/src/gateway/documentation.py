"""One OpenAPI document for everything: the gateway's own routes and those of the services behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import orjson

__all__ = ["Documentation", "join"]

Document = dict[str, Any]

FRESH_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 2.0
FETCH_SECONDS: Final = 5.0
"""A service makes its document when it is first asked for it, which may take a second on a busy machine."""

_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_REFERENCE: Final = "#/components/schemas/"


class Documentation:
    """Fetches the services' documents, at most once a minute each; one that is down is missing until it is back."""

    def __init__(self, http: aiohttp.ClientSession, upstreams: Mapping[str, str]) -> None:
        self._http = http
        self._upstreams = upstreams
        self._documents: dict[str, Document] = {}
        self._again_at: dict[str, float] = {}

    async def joined(self, own: Document) -> bytes:
        """The joined document as JSON."""
        await asyncio.gather(*(self._refresh(short) for short in self._upstreams))
        ordered = {short: self._documents[short] for short in self._upstreams if short in self._documents}
        return orjson.dumps(join(own, ordered))

    async def _refresh(self, short: str) -> None:
        if time.monotonic() < self._again_at.get(short, 0.0):
            return
        try:
            async with (
                asyncio.timeout(FETCH_SECONDS),
                self._http.get(self._upstreams[short] + "/openapi.json") as response,
            ):
                document = orjson.loads(await response.read()) if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError, orjson.JSONDecodeError):
            document = None
        if isinstance(document, dict) and isinstance(document.get("paths"), dict):
            self._documents[short] = document
            self._again_at[short] = time.monotonic() + FRESH_SECONDS
        else:
            self._again_at[short] = time.monotonic() + RETRY_SECONDS


def join(own: Document, services: Mapping[str, Document]) -> Document:
    """The services' `/v1` paths and schemas beside the gateway's own. A path that the gateway serves itself stays its
    own; a schema name or operationId that is taken by another one gets the service's short name in front."""
    joined: Document = orjson.loads(orjson.dumps(own))
    paths: Document = joined.setdefault("paths", {})
    components: Document = joined.setdefault("components", {})
    operations = {operation.get("operationId") for _, operation in _operations(paths)}
    for short, document in services.items():
        renamed = _without_clashes(short, document, components.get("schemas", {}))
        for path, item in renamed["paths"].items():
            if path.startswith("/v1/"):
                _claim_operation_ids(short, {path: item}, operations)
                paths[path] = {**item, **paths.get(path, {})}
        for kind, entries in renamed.get("components", {}).items():
            components[kind] = {**entries, **components.get(kind, {})}
    return joined


def _operations(paths: Document) -> list[tuple[str, Document]]:
    return [(method, operation) for item in paths.values() for method, operation in item.items() if method in _METHODS]


def _claim_operation_ids(short: str, paths: Document, taken: set[Any]) -> None:
    for _, operation in _operations(paths):
        name = operation.get("operationId")
        if name in taken:
            operation["operationId"] = name = f"{short}_{name}"
        taken.add(name)


def _without_clashes(short: str, document: Document, taken: Document) -> Document:
    schemas = document.get("components", {}).get("schemas", {})
    clashes = {name for name, schema in schemas.items() if name in taken and taken[name] != schema}
    renamed: Document = _renamed(document, {_REFERENCE + name: f"{_REFERENCE}{short}_{name}" for name in clashes})
    if clashes:
        entries = renamed["components"]["schemas"]
        for name in clashes:
            entries[f"{short}_{name}"] = entries.pop(name)
    return renamed


def _renamed(value: Any, references: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _renamed(inner, references) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, references) for inner in value]
    return references.get(value, value) if isinstance(value, str) else value
