"""HTTP of canned replies."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, call_of, command, query, require_if_match
from interaction_service.canned import service
from interaction_service.canned.schemas import (
    CannedReplyBody,
    CannedReplyPatch,
    CannedReplyResource,
    RenderBody,
    RenderedReply,
)

__all__ = ["router"]

router = Router(prefix="/v1/canned-replies", tags=["canned replies"])


@router.post("", status_code=201, response_model=CannedReplyResource)
async def create_canned_reply(request: Request, body: CannedReplyBody) -> Response:
    """Makes a canned reply; a code that is taken gives 409 `canned-reply-exists`."""

    async def use_case(unit: UnitOfWork) -> CannedReplyResource:
        return CannedReplyResource.of(await service.create(unit, body.reply()))

    return await command(request, use_case)


@router.get("", response_model=Page[CannedReplyResource])
async def list_canned_replies(request: Request, paging: PageQuery) -> Response:
    """All canned replies, in order of code."""

    async def read(connection: AsyncConnection) -> Page[CannedReplyResource]:
        found, cursor = await service.page_of_replies(connection, paging)
        return Page(items=[CannedReplyResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{code}", response_model=CannedReplyResource)
async def get_canned_reply(request: Request, code: str) -> Response:
    """One canned reply."""

    async def read(connection: AsyncConnection) -> CannedReplyResource:
        return CannedReplyResource.of(await service.reply_of(connection, code))

    return await query(request, read)


@router.patch("/{code}", response_model=CannedReplyResource)
async def update_canned_reply(request: Request, code: str, patch: CannedReplyPatch) -> Response:
    """Changes texts or fall-backs; needs `If-Match`."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> CannedReplyResource:
        return CannedReplyResource.of(await service.change(unit, code, version, patch.changes()))

    return await command(request, use_case, status=200)


@router.post("/{code}/render", status_code=200, response_model=RenderedReply)
async def render_canned_reply(request: Request, code: str, body: RenderBody) -> Response:
    """The text for a case, its variables filled in; one that nobody gave and that has no fall-back gives 422."""
    wanted = body.language or ("fa" if call_of(request).persian else "en")

    async def read(connection: AsyncConnection) -> RenderedReply:
        language, text = await service.render(connection, code, body.case_id, body.variables, wanted)
        return RenderedReply(code=code, language=language, text=text)

    return await query(request, read)
