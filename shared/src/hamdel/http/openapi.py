"""The OpenAPI document of a service, with the problems that every operation may answer."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from hamdel.http.auth import PUBLIC
from hamdel.http.definition import ServiceDefinition

__all__ = ["openapi_of"]

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": ["string", "null"]},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "properties": {"pointer": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}

_ANSWER: dict[str, Any] = {
    "description": "A problem (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def openapi_of(app: FastAPI, definition: ServiceDefinition) -> dict[str, Any]:
    """FastAPI's document, with problems instead of its own validation errors, and bearer tokens where needed."""
    document = app.openapi()
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for path in document.get("paths", {}).values():
        for operation in path.values():
            _amend(operation, definition)
    return document


def _amend(operation: dict[str, Any], definition: ServiceDefinition) -> None:
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = _ANSWER
    if PUBLIC not in definition.policy.get(operation["operationId"], frozenset()):
        operation["security"] = [{"bearer": []}]
