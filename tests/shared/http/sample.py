"""A small service on `hamdel.http`, for its tests: in process, and as `python -m tests.shared.http.sample`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from hamdel.contracts.base import Fact
from hamdel.database import Families, UnitOfWork
from hamdel.http import (
    PUBLIC,
    Answer,
    Conflict,
    JsonBytes,
    NotFound,
    PageQuery,
    ProblemError,
    RequestModel,
    ResponseModel,
    Router,
    ServiceDefinition,
    call_of,
    command,
    decode_cursor,
    main,
    outgoing_headers,
    query,
    require_if_match,
    services_of,
)
from hamdel.http.body import read_body
from hamdel.http.sharing import Asked, SharedCommand

router = Router()

POLICY = {
    "write_note": frozenset({"agent", "service"}),
    "write_two_notes": frozenset({"agent"}),
    "move_stock": frozenset({"agent"}),
    "share_note": frozenset({"agent"}),
    "read_notes": frozenset({"agent", "customer"}),
    "update_note": frozenset({"agent"}),
    "search": frozenset({"agent"}),
    "ping": frozenset({"agent"}),
    "sleep": frozenset({"agent"}),
    "upload": frozenset({"agent"}),
    "crash": frozenset({"agent"}),
    "open_door": frozenset({PUBLIC}),
}


class NoteWritten(Fact):
    fact_type: ClassVar[str] = "sample.note_written.v1"

    text: str


class NoteBody(RequestModel):
    customer_id: UUID
    text: str
    number: int = 0
    price: float = 0.0
    tags: list[str] = Field(default_factory=list, max_length=3)
    attributes: dict[str, Any] = Field(default_factory=dict)
    pause: float = 0.0
    refuse: bool = False


class Note(ResponseModel):
    customer_id: UUID
    text: str
    version: int = 1


async def write(unit: UnitOfWork, body: NoteBody) -> Note:
    await unit.lock_streams([body.customer_id])
    unit.record(body.customer_id, NoteWritten(text=body.text))
    if body.pause:
        await unit.connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": body.pause})
    if body.refuse:
        raise Conflict("note-refused", "refused as asked")
    return Note(customer_id=body.customer_id, text=body.text)


@router.post("/v1/notes", status_code=201, response_model=Note)
async def write_note(request: Request, body: NoteBody) -> Response:
    return await command(request, lambda unit: write(unit, body))


@router.post("/v1/note-pairs")
async def write_two_notes(request: Request, body: list[NoteBody]) -> Response:
    async def both(unit: UnitOfWork) -> Answer:
        await unit.lock_streams([note.customer_id for note in body])
        for note in body:
            unit.record(note.customer_id, NoteWritten(text=note.text))
        return Answer({"written": len(body)}, 200)

    return await command(request, both)


@router.post("/v1/stock-moves")
async def move_stock(request: Request) -> Response:
    return await command(request, _nothing, key_required=True)


@router.post("/v1/shared-notes", status_code=201)
async def share_note(request: Request, body: NoteBody) -> Response:
    extras = services_of(request).extras
    if "notes" not in extras:
        extras["notes"] = SharedCommand[NoteBody](services_of(request), write_together)
    shared: SharedCommand[NoteBody] = extras["notes"]
    return await shared(request, body)


async def write_together(unit: UnitOfWork, asked: Sequence[Asked[NoteBody]]) -> list[Note | ProblemError]:
    answers: list[Note | ProblemError] = []
    await unit.lock_streams([each.record.customer_id for each in asked])
    for each in asked:
        unit.context = each.context
        if each.record.text == "crash":
            raise RuntimeError("a fault of ours")
        if each.record.refuse:
            answers.append(Conflict("note-refused", "refused as asked"))
            continue
        unit.record(each.record.customer_id, NoteWritten(text=each.record.text))
        # how many share the transaction, and which of them this is: no two answers are alike
        answers.append(Note(customer_id=each.record.customer_id, text=f"{len(answers)} of {len(asked)}"))
    if any(each.record.pause for each in asked):
        await unit.connection.execute(text("SELECT pg_sleep(0.3)"))
    return answers


@router.get("/v1/customers/{customer_id}/notes")
async def read_notes(request: Request, customer_id: UUID, page: PageQuery) -> Response:
    decode_cursor(page.cursor, int)
    raise NotFound("unknown-customer", f"no customer {customer_id}")


@router.patch("/v1/notes/{id}")
async def update_note(request: Request, id: UUID) -> Response:
    return JsonBytes(b'{"expected":%d}' % require_if_match(request))


@router.get("/v1/search/{word}")
async def search(word: str, q: str = "") -> Response:
    return JsonBytes(b'{"found":[]}')


@router.get("/v1/ping")
async def ping(request: Request) -> Response:
    async def one(connection: AsyncConnection) -> dict[str, Any]:
        return {"one": (await connection.execute(text("SELECT 1"))).scalar_one(), "out": outgoing_headers(request)}

    return await query(request, one)


@router.get("/v1/sleep")
async def sleep(request: Request, seconds: float = 0.0, database: bool = True) -> Response:
    async def doze(connection: AsyncConnection) -> dict[str, Any]:
        await connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
        return {"slept": seconds}

    if database:
        return await query(request, doze)
    await asyncio.sleep(seconds)
    return JsonBytes(b"{}")


@router.post("/v1/uploads", openapi_extra={"x-max-body-bytes": 200_000})
async def upload(request: Request) -> Response:
    return JsonBytes(b'{"bytes":%d}' % len(await read_body(request)))


@router.get("/v1/crash")
async def crash() -> Response:
    raise RuntimeError("a secret detail")


@router.get("/v1/open")
async def open_door(request: Request) -> Response:
    principal = call_of(request).principal
    return JsonBytes(b'{"known":%s}' % (b"true" if principal else b"false"))


async def _nothing(_unit: UnitOfWork) -> None:
    return None


class SampleSection:
    """Any known section name does; the count of events is its content."""

    section = "interactions"
    service = "interaction"

    async def render(self, connection: AsyncConnection, families: Families) -> dict[UUID, bytes | None]:
        return dict.fromkeys(families, b'{"total":1}')

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        return 0


def definition() -> ServiceDefinition:
    return ServiceDefinition(
        service="sample-service",
        short="interaction",
        title="Sample",
        routers=[router],
        policy=POLICY,
        renderer=SampleSection(),
    )


if __name__ == "__main__":
    main(definition)
