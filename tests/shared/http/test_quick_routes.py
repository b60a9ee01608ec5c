"""The short way answers as FastAPI's own does."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from hamdel.http import (
    PUBLIC,
    JsonBytes,
    RequestModel,
    Router,
    ServiceDefinition,
    ServiceSettings,
    create_app,
    json_bytes,
)

SHELF = "00000000-0000-0000-0000-000000000001"


class Book(RequestModel):
    title: str
    pages: int = 1


async def put_book(request: Request, shelf_id: UUID, number: int, body: Book) -> Response:
    return JsonBytes(json_bytes({"shelf": str(shelf_id), "number": number, "title": body.title, "pages": body.pages}))


async def answered(keys: Path, target: str, body: bytes, media: str) -> tuple[int, Any]:
    """Status and body without the request's own id."""
    router = Router(prefix="/shelves/{shelf_id}")
    router.put("/{number}", operation_id="put_book")(put_book)
    definition = ServiceDefinition(
        service="sample-service", short="sample", title="Sample", routers=(router,),
        policy={"put_book": frozenset({PUBLIC})},
    )  # fmt: skip
    settings = ServiceSettings(database_url="postgresql://nowhere/x", kafka_bootstrap="127.0.0.1:9", jwks_file=keys)
    transport = httpx.ASGITransport(create_app(definition, settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://sample") as client:
        answer = await client.put(target, content=body, headers={"Content-Type": media} if media else {})
    return answer.status_code, {name: value for name, value in answer.json().items() if name != "request_id"}


@pytest.mark.parametrize(
    ("target", "body", "media", "status"),
    [
        (f"/shelves/{SHELF}/7", b'{"title":"Shahnameh","pages":9}', "application/json", 200),
        (f"/shelves/{SHELF}/7", b'{"title":"a"}', "application/merge-patch+json", 200),
        (f"/shelves/urn:uuid:{SHELF}/7", b'{"title":"a"}', "application/json", 200),
        (f"/shelves/{SHELF}/7", b'{"title":"a","pages":"3"}', "application/json", 200),
        ("/shelves/1/7", b'{"title":"a"}', "application/json", 422),
        (f"/shelves/{SHELF}/x", b'{"pages":"x","more":1}', "application/json", 422),
        (f"/shelves/{SHELF}/7", b"[]", "application/json", 422),
        (f"/shelves/{SHELF}/7", b"null", "application/json", 422),
        (f"/shelves/{SHELF}/7", b"", "application/json", 422),
        (f"/shelves/{SHELF}/7", b"{", "application/json", 400),
        (f"/shelves/{SHELF}/7", b'{"title":"a"}', "", 415),
    ],
)
async def test_the_short_way_and_the_long_one_answer_alike(
    keys: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, target: str, body: bytes, media: str, status: int
) -> None:
    short = await answered(keys[1], target, body, media)
    monkeypatch.setattr("hamdel.http.routing.short_way", lambda route: None)
    assert await answered(keys[1], target, body, media) == short
    assert short[0] == status
