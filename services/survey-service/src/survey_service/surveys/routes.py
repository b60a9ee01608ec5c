"""HTTP of surveys, their versions and the JSON Schema of a definition."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import JsonBytes, Page, PageQuery, Router, command, json_bytes, query, require_if_match
from survey_service.definition.schema import definition_schema
from survey_service.surveys import service
from survey_service.surveys.schemas import (
    CompletenessResource,
    PublishBody,
    PublishedVersion,
    SurveyResource,
    SurveySummary,
    VersionResource,
    VersionSummary,
)

__all__ = ["router"]

router = Router(prefix="/v1/surveys", tags=["surveys"])

Document = Annotated[dict[str, Any], Body(description="a definition, as `GET /v1/surveys/schema` says")]
Patch = Annotated[dict[str, Any], Body(description="a merge patch (RFC 7396) of the definition")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("", status_code=201, response_model=SurveyResource)
async def create_survey(request: Request, body: Document) -> Response:
    """Makes a survey with this draft; every wrong place of it is named."""

    async def use_case(unit: UnitOfWork) -> SurveyResource:
        return SurveyResource.of(*await service.create(unit, body))

    return await command(request, use_case)


@router.get("", response_model=Page[SurveySummary])
async def list_surveys(request: Request, paging: PageQuery) -> Response:
    """Surveys in the order of their codes."""

    async def read(connection: AsyncConnection) -> Page[SurveySummary]:
        found, cursor = await service.page_of_surveys(connection, paging)
        return Page(items=[SurveySummary.of(*each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/schema", response_model=None)
async def get_survey_schema() -> Response:
    """The JSON Schema (2020-12) of a definition."""
    return JsonBytes(json_bytes(definition_schema()), media_type="application/schema+json")


@router.get("/{survey_id}", response_model=SurveyResource)
async def get_survey(request: Request, survey_id: UUID) -> Response:
    """A survey and its draft."""

    async def read(connection: AsyncConnection) -> SurveyResource:
        return SurveyResource.of(*await service.draft_of(connection, survey_id))

    return await query(request, read)


@router.patch("/{survey_id}", response_model=SurveyResource)
async def update_survey(request: Request, survey_id: UUID, patch: Patch) -> Response:
    """Changes the draft by a merge patch (RFC 7396); needs `If-Match`. What is published stays as it is."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> SurveyResource:
        return SurveyResource.of(*await service.change(unit, survey_id, version, patch))

    return await command(request, use_case, status=200)


@router.post("/{survey_id}/publish", status_code=200, response_model=PublishedVersion)
async def publish_survey(request: Request, survey_id: UUID, body: PublishBody | None = None) -> Response:
    """Publishes the draft as the next version; an unchanged one is the current version."""
    allow = body is not None and body.allow_incomplete

    async def use_case(unit: UnitOfWork) -> PublishedVersion:
        return PublishedVersion.of(await service.publish(unit, survey_id, allow_incomplete=allow))

    return await command(request, use_case, status=200)


@router.post("/{survey_id}/close", status_code=200, response_model=SurveyResource)
async def close_survey(request: Request, survey_id: UUID) -> Response:
    """Nothing is asked any more, for good; again changes nothing."""

    async def use_case(unit: UnitOfWork) -> SurveyResource:
        await service.close(unit, survey_id)
        return SurveyResource.of(*await service.draft_of(unit.connection, survey_id))

    return await command(request, use_case, status=200)


@router.get("/{survey_id}/versions", response_model=Page[VersionSummary])
async def list_survey_versions(request: Request, survey_id: UUID, paging: PageQuery) -> Response:
    """Published versions, newest first."""

    async def read(connection: AsyncConnection) -> Page[VersionSummary]:
        found, cursor = await service.page_of_versions(connection, survey_id, paging)
        return Page(items=[VersionSummary.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{survey_id}/versions/{number}", response_model=VersionResource)
async def get_survey_version(request: Request, survey_id: UUID, number: Number) -> Response:
    """A published version and what it asks."""

    async def read(connection: AsyncConnection) -> VersionResource:
        return VersionResource.whole(*await service.version_of(connection, survey_id, number))

    return await query(request, read)


@router.get("/{survey_id}/completeness", response_model=CompletenessResource)
async def get_survey_completeness(request: Request, survey_id: UUID) -> Response:
    """Which texts of the draft are missing, in each language that it declares."""

    async def read(connection: AsyncConnection) -> CompletenessResource:
        return CompletenessResource.of(await service.missing_texts(connection, survey_id))

    return await query(request, read)
