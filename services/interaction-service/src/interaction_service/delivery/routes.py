"""HTTP of templates, messages, delivery reports and unsubscribe links."""

from __future__ import annotations

import time
from typing import Annotated, cast
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import (
    NotFound,
    Page,
    PageQuery,
    Router,
    Unauthenticated,
    command,
    principal_of,
    query,
    require_if_match,
    services_of,
)
from hamdel.http.call import call_context, call_of
from interaction_service.delivery import pages, service, templating
from interaction_service.delivery.schemas import (
    DeliveryReport,
    MessageResource,
    MessageStatus,
    MessageSummary,
    PreviewBody,
    PreviewResource,
    TemplateBody,
    TemplateContent,
    TemplateResource,
)
from interaction_service.delivery.settings import DeliverySettings
from interaction_service.delivery.signing import is_signed, secret_of

__all__ = ["routers"]

templates = Router(prefix="/v1/message-templates", tags=["messages"])
messages = Router(prefix="/v1/messages", tags=["messages"])
deliveries = Router(prefix="/v1/deliveries", tags=["messages"])
links = Router(prefix="/v1/u", tags=["messages"])

routers = (templates, messages, deliveries, links)

REPORTERS = frozenset({"admin", "service"})


@templates.post("", status_code=201, response_model=TemplateResource)
async def create_message_template(request: Request, body: TemplateBody) -> Response:
    """A new template; a code may have one for each channel."""

    async def use_case(unit: UnitOfWork) -> TemplateResource:
        return TemplateResource.of(await templating.create(unit, body.code, body.channel, body.content()))

    return await command(request, use_case)


@templates.get("", response_model=Page[TemplateResource])
async def list_message_templates(request: Request, paging: PageQuery) -> Response:
    """Templates in their newest versions, by code and channel."""

    async def read(connection: AsyncConnection) -> Page[TemplateResource]:
        found, cursor = await templating.page_of_templates(connection, paging)
        return Page(items=[TemplateResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@templates.get("/{template_id}", response_model=TemplateResource)
async def get_message_template(request: Request, template_id: UUID) -> Response:
    """The newest version."""

    async def read(connection: AsyncConnection) -> TemplateResource:
        return TemplateResource.of(await templating.template_of(connection, template_id))

    return await query(request, read)


@templates.put("/{template_id}", response_model=TemplateResource)
async def change_message_template(request: Request, template_id: UUID, body: TemplateContent) -> Response:
    """The next version; needs `If-Match`. Messages that wait already keep the version they were put in with."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> TemplateResource:
        return TemplateResource.of(await templating.change(unit, template_id, version, body.content()))

    return await command(request, use_case, status=200)


@templates.get("/{template_id}/versions", response_model=Page[TemplateResource])
async def list_message_template_versions(request: Request, template_id: UUID, paging: PageQuery) -> Response:
    """All versions, the newest first."""

    async def read(connection: AsyncConnection) -> Page[TemplateResource]:
        found, cursor = await templating.page_of_versions(connection, template_id, paging)
        return Page(items=[TemplateResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@templates.post("/{template_id}/preview", status_code=200, response_model=PreviewResource)
async def preview_message_template(request: Request, template_id: UUID, body: PreviewBody) -> Response:
    """The newest version, filled; a variable that is missing gives 422 `missing-variable`."""

    async def read(connection: AsyncConnection) -> PreviewResource:
        template = await templating.template_of(connection, template_id)
        return PreviewResource.of(templating.preview(template, body.language, body.variables))

    return await query(request, read)


@messages.get("", response_model=Page[MessageSummary])
async def list_messages(
    request: Request,
    paging: PageQuery,
    customer_id: Annotated[UUID | None, Query()] = None,
    status: Annotated[MessageStatus | None, Query()] = None,
) -> Response:
    """Messages, the newest first."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> Page[MessageSummary]:
        found, cursor = await service.page_of_messages(connection, service.Wanted(customer_id, status), paging)
        return Page(items=[MessageSummary.of(each, in_full=in_full) for each in found], next_cursor=cursor)

    return await query(request, read)


@messages.get("/{message_id}", response_model=MessageResource)
async def get_message(request: Request, message_id: UUID) -> Response:
    """One message with its attempts."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> MessageResource:
        found, attempts = await service.message_with_attempts(connection, message_id)
        return MessageResource.whole(found, attempts, in_full=in_full)

    return await query(request, read)


@deliveries.post("/status", status_code=204, response_model=None)
async def report_delivery(request: Request, body: DeliveryReport) -> Response:
    """What a provider says of a message; signed as Standard Webhooks has it, or by a machine with a token."""
    _check_reporter(request)

    async def use_case(unit: UnitOfWork) -> None:
        await service.report(unit, body.report(), suppresses=body.suppresses)

    return await command(request, use_case, status=204)


@links.get("/{token}", response_model=None, response_class=Response)
async def ask_to_unsubscribe(request: Request, token: str) -> Response:
    """A page with a button. Nothing is changed: scanners follow links."""
    async with services_of(request).units.reading() as connection:
        try:
            return pages.asking(_language(request, (await service.linked_message(connection, token)).language))
        except NotFound:
            return pages.unknown(_language(request, None))


@links.post("/{token}", response_model=None, response_class=Response, status_code=200)
async def unsubscribe(request: Request, token: str) -> Response:
    """One click (RFC 8058): no token of ours, no question, no redirect."""
    try:
        async with services_of(request).units(call_context(request)) as unit:
            message = await service.unsubscribe(unit, token)
    except NotFound:
        return pages.unknown(_language(request, None))
    return pages.done(_language(request, message.language))


def _language(request: Request, of_message: str | None) -> str:
    if call_of(request).persian:
        return "fa"
    settings = cast("DeliverySettings", services_of(request).settings)
    return of_message or ("en" if "accept-language" in request.headers else settings.delivery_language)


def _check_reporter(request: Request) -> None:
    call = call_of(request)
    if call.principal is not None and call.principal.roles & REPORTERS:
        return
    file = cast("DeliverySettings", services_of(request).settings).delivery_callback_secret_file
    if file is None or not is_signed(secret_of(file), request.headers, call.body, time.time()):
        raise Unauthenticated("bad-signature", "the report is not signed by somebody we know")
