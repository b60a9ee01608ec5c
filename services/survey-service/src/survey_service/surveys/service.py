"""Use cases of surveys: writing a draft, publishing it as a version, closing; and what others ask about a survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import Fact
from hamdel.contracts.survey import SurveyClosed, SurveyPublished
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
from survey_service.definition import Definition, check, completeness, parse
from survey_service.surveys import repository
from survey_service.surveys.domain import CLOSED, DRAFT, PUBLISHED, Survey, Version, merge_patch

__all__ = [
    "change",
    "close",
    "create",
    "definition_of",
    "draft_of",
    "missing_texts",
    "page_of_surveys",
    "page_of_versions",
    "publish",
    "survey_of",
    "version_of",
]

LARGEST: Final = 256 * 1024
REMEMBERED: Final = 500
NEWEST: Final = 2**31 - 1

_read: Final[dict[tuple[UUID, int], Definition]] = {}
"""Published versions never change: each is read once, and what was not asked for longest is dropped."""


async def survey_of(connection: AsyncConnection, survey_id: UUID) -> Survey:
    """The survey. Raises NotFound `unknown-survey`."""
    found = await repository.find(connection, survey_id)
    if found is None:
        raise NotFound("unknown-survey", "there is no such survey")
    return found


async def definition_of(connection: AsyncConnection, survey_id: UUID, version: int) -> Definition:
    """A published version, read from the database once in the life of the process. Raises NotFound
    `unknown-survey-version`. Not for the transaction that publishes it: that could still roll back."""
    key = (survey_id, version)
    found = _read.pop(key, None)
    if found is None:
        found = parse(await _published(connection, survey_id, version))
        if len(_read) >= REMEMBERED:
            _read.pop(next(iter(_read)))
    _read[key] = found
    return found


async def create(unit: UnitOfWork, document: Mapping[str, Any]) -> tuple[Survey, Mapping[str, Any]]:
    """Makes a survey whose draft is `document`. Raises InvalidValue that names every wrong place, Conflict
    `survey-exists` where the code is taken."""
    definition = _checked(document)
    survey = Survey(
        id=new_id(),
        code=definition.code,
        status=DRAFT,
        current_version=None,
        created_at=unit.now,
        updated_at=unit.now,
        updated_by=unit.context.actor,
        published_at=None,
        closed_at=None,
        version=1,
    )
    if not await repository.add(unit.connection, survey, document):
        raise Conflict("survey-exists", "there is a survey with this code")
    return survey, document


async def change(
    unit: UnitOfWork, survey_id: UUID, version: int, patch: Mapping[str, Any]
) -> tuple[Survey, Mapping[str, Any]]:
    """Applies a merge patch (RFC 7396) to the draft; published versions stay as they are. Raises NotFound, Conflict
    `survey-closed`, PreconditionFailed, InvalidValue."""
    held = await _open(unit.connection, survey_id)
    check_version(held.version, version, sorted(patch))
    document = merge_patch(await repository.draft(unit.connection, survey_id), patch)
    if _checked(document).code != held.code:
        raise InvalidValue(errors=[FieldError("/code", "is fixed: make another survey", "fixed_code")])
    await repository.store_draft(unit.connection, survey_id, document)
    return await _store(unit, held), document


async def publish(unit: UnitOfWork, survey_id: UUID, *, allow_incomplete: bool) -> Version:
    """Publishes the draft as the next version; an unchanged one is the current version. Raises NotFound, Conflict
    `survey-closed`, InvalidValue for a draft that is wrong or, unless allowed, lacks texts in a declared language."""
    held = await _open(unit.connection, survey_id)
    document = await repository.draft(unit.connection, survey_id)
    current = await _current(unit.connection, held, document)
    if current is not None:
        return current
    definition = _checked(document)
    missing = [place for language in definition.settings.languages for place in completeness(definition, language)]
    if missing and not allow_incomplete:
        raise InvalidValue("incomplete-translations", errors=missing)
    made = Version(
        survey_id=survey_id,
        version=(held.current_version or 0) + 1,
        published_at=unit.now,
        published_by=unit.context.actor,
    )
    await repository.add_version(unit.connection, made, document)
    await _store(unit, replace(held, status=PUBLISHED, current_version=made.version, published_at=unit.now))
    told = SurveyPublished(
        survey_id=survey_id, survey_code=held.code, survey_version=made.version, published_at=unit.now
    )
    await _tell(unit, survey_id, told)
    return made


async def close(unit: UnitOfWork, survey_id: UUID) -> Survey:
    """Nothing is asked any more, for good; again changes nothing. Raises NotFound, Conflict `survey-not-published`."""
    held = await repository.hold(unit.connection, survey_id)
    if held is None:
        raise NotFound("unknown-survey", "there is no such survey")
    if held.status == DRAFT:
        raise Conflict("survey-not-published", "only a published survey is closed")
    if held.status == CLOSED:
        return held
    told = SurveyClosed(
        survey_id=survey_id, survey_code=held.code, survey_version=held.current_version or 0, closed_at=unit.now
    )
    await _tell(unit, survey_id, told)
    return await _store(unit, replace(held, status=CLOSED, closed_at=unit.now))


async def draft_of(connection: AsyncConnection, survey_id: UUID) -> tuple[Survey, Mapping[str, Any]]:
    """The survey and its draft, as it was written. Raises NotFound."""
    return await survey_of(connection, survey_id), await repository.draft(connection, survey_id)


async def page_of_surveys(connection: AsyncConnection, paging: Paging) -> tuple[list[tuple[Survey, Any]], str | None]:
    """Surveys with the titles of their drafts in the order of their codes, and the next page's cursor. Raises
    Malformed."""
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page(connection, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row[0].code,))


async def page_of_versions(
    connection: AsyncConnection, survey_id: UUID, paging: Paging
) -> tuple[list[Version], str | None]:
    """Versions, newest first, and the next page's cursor. Raises NotFound, Malformed."""
    (before,) = decode_cursor(paging.cursor, int) or (NEWEST,)
    await survey_of(connection, survey_id)
    found = await repository.versions(connection, survey_id, min(before, NEWEST), paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.version,))


async def version_of(connection: AsyncConnection, survey_id: UUID, number: int) -> tuple[Version, Mapping[str, Any]]:
    """A version and its definition. Raises NotFound `unknown-survey-version`."""
    document = await _published(connection, survey_id, number)
    found = await repository.version(connection, survey_id, number)
    if found is None:
        raise NotFound("unknown-survey-version", "there is no such version of the survey")
    return found, document


async def missing_texts(connection: AsyncConnection, survey_id: UUID) -> dict[str, list[FieldError]]:
    """Language → the places of the draft without a text in it, for the declared languages and those of the title.
    Raises NotFound."""
    _, document = await draft_of(connection, survey_id)
    definition = parse(document)
    languages = definition.settings.languages or (definition.settings.default_language,)
    return {language: completeness(definition, language) for language in languages}


async def _tell(unit: UnitOfWork, survey_id: UUID, fact: Fact) -> None:
    """A survey has a stream of its own, of which no section is shown (see `section.py`)."""
    await unit.lock_streams([survey_id])
    unit.record(survey_id, fact)


async def _open(connection: AsyncConnection, survey_id: UUID) -> Survey:
    held = await repository.hold(connection, survey_id)
    if held is None:
        raise NotFound("unknown-survey", "there is no such survey")
    if held.status == CLOSED:
        raise Conflict("survey-closed", "the survey is closed")
    return held


async def _current(connection: AsyncConnection, held: Survey, document: Mapping[str, Any]) -> Version | None:
    """The current version where the draft says the same."""
    if held.current_version is None:
        return None
    published = await repository.definition(connection, held.id, held.current_version)
    return await repository.version(connection, held.id, held.current_version) if published == document else None


async def _published(connection: AsyncConnection, survey_id: UUID, number: int) -> Mapping[str, Any]:
    document: Mapping[str, Any] | None = await repository.definition(connection, survey_id, number)
    if document is None:
        raise NotFound("unknown-survey-version", "there is no such version of the survey")
    return document


async def _store(unit: UnitOfWork, survey: Survey) -> Survey:
    stored = replace(survey, version=survey.version + 1, updated_at=unit.now, updated_by=unit.context.actor)
    await repository.store(unit.connection, stored)
    return stored


def _checked(document: Mapping[str, Any]) -> Definition:
    if len(orjson.dumps(document)) > LARGEST:
        raise InvalidValue(errors=[FieldError("", "must be at most 256 KiB of JSON", "too_large")])
    definition = parse(document)
    faults = check(definition)
    if faults:
        raise InvalidValue(errors=faults)
    return definition
