"""Use cases of message templates. A change is a new version; messages keep the one they were put in with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import (
    Conflict,
    FieldError,
    InvalidValue,
    NotFound,
    Paging,
    check_version,
    cut_page,
    decode_cursor,
)
from hamdel.ids import new_id
from interaction_service.delivery.gate import filled_texts
from interaction_service.delivery.rendering import Rendered, RenderingError, faults, finished, required
from interaction_service.delivery.repository import templates
from interaction_service.delivery.repository.templates import Template, Words

__all__ = ["Content", "change", "create", "page_of_templates", "page_of_versions", "preview", "template_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a version of a template says."""

    purpose: str
    texts: Words
    fallbacks: Words
    persian_digits: bool


async def create(unit: UnitOfWork, code: str, channel: str, content: Content) -> Template:
    """A new template. Raises Conflict `template-taken` where the code has one for the channel, InvalidValue."""
    template = Template(
        id=new_id(),
        code=code,
        channel=channel,
        version=1,
        purpose=content.purpose,
        texts=content.texts,
        fallbacks=content.fallbacks,
        persian_digits=content.persian_digits,
        created_at=unit.now,
        created_by=unit.context.actor,
    )
    _check(template)
    if not await templates.add(unit.connection, template):
        raise Conflict("template-taken", "there is a template of this code for this channel")
    return template


async def change(unit: UnitOfWork, template_id: UUID, expected_version: int, content: Content) -> Template:
    """The next version. Raises NotFound, PreconditionFailed, InvalidValue."""
    current = await templates.lock(unit.connection, template_id)
    if current is None:
        raise NotFound("unknown-template", "there is no such template")
    check_version(current.version, expected_version)
    changed = replace(
        current,
        version=current.version + 1,
        purpose=content.purpose,
        texts=content.texts,
        fallbacks=content.fallbacks,
        persian_digits=content.persian_digits,
        created_at=unit.now,
        created_by=unit.context.actor,
    )
    _check(changed)
    await templates.add_version(unit.connection, changed)
    return changed


async def template_of(connection: AsyncConnection, template_id: UUID) -> Template:
    """The newest version. Raises NotFound `unknown-template`."""
    found = await templates.find(connection, template_id)
    if found is None:
        raise NotFound("unknown-template", "there is no such template")
    return found


async def page_of_templates(connection: AsyncConnection, paging: Paging) -> tuple[list[Template], str | None]:
    """Newest versions by code and channel, and the cursor of the next page. Raises Malformed."""
    after = decode_cursor(paging.cursor, str, str)
    found = await templates.page(connection, (after[0], after[1]) if after else None, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.code, row.channel))


async def page_of_versions(
    connection: AsyncConnection, template_id: UUID, paging: Paging
) -> tuple[list[Template], str | None]:
    """All versions, the newest first, and the cursor of the next page. Raises NotFound, Malformed."""
    before = decode_cursor(paging.cursor, int)
    newest = await template_of(connection, template_id)
    first = before[0] if before else newest.version + 1
    found = await templates.versions(connection, template_id, first, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.version,))


def preview(template: Template, language: str, variables: Mapping[str, Any]) -> Rendered:
    """The message as it would leave. Raises InvalidValue naming every variable that is missing, and for a language
    that the template has no text in."""
    if language not in template.texts:
        raise InvalidValue(errors=[FieldError("/language", "the template has no text in it", "no_such_text")])
    missing = [name for name in required(template.texts, template.fallbacks) if variables.get(name) is None]
    try:
        fields = filled_texts(template, language, variables)
    except RenderingError as error:
        if error.reason != "missing-variable" or not missing:
            raise InvalidValue(error.reason, str(error)) from error
        faulty = [FieldError(f"/variables/{name}", "is missing", "missing") for name in missing]
        raise InvalidValue("missing-variable", errors=faulty) from error
    email = template.channel == "email"
    return finished(language, **fields, email=email, unsubscribe_url=variables.get("unsubscribe_url"))


def _check(template: Template) -> None:
    found = faults(template.texts, template.fallbacks)
    if found:
        errors = [FieldError(each.pointer, each.message, each.kind) for each in found]
        raise InvalidValue("invalid-template", errors=errors)
