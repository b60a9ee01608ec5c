"""Every statement on surveys and their versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.surveys.domain import Survey, Version

__all__ = [
    "add",
    "add_version",
    "definition",
    "draft",
    "find",
    "hold",
    "page",
    "store",
    "store_draft",
    "version",
    "versions",
]

COLUMNS: Final = ", ".join(Survey.__slots__)
RELEASE: Final = ", ".join(Version.__slots__)

ADD: Final = text(
    f"""
    INSERT INTO surveys ({COLUMNS}, draft)
    VALUES (:{", :".join(Survey.__slots__)}, CAST(:draft AS json))
    ON CONFLICT (code) DO NOTHING RETURNING id
    """  # noqa: S608
)
FIND: Final = text(f"SELECT {COLUMNS} FROM surveys WHERE id = :id")  # noqa: S608
HOLD: Final = text(f"SELECT {COLUMNS} FROM surveys WHERE id = :id FOR UPDATE")  # noqa: S608
DRAFT: Final = text("SELECT draft FROM surveys WHERE id = :id")
STORE: Final = text(
    """
    UPDATE surveys SET status = :status, current_version = :current_version, updated_at = :updated_at,
                       updated_by = :updated_by, published_at = :published_at, closed_at = :closed_at,
                       version = :version
    WHERE id = :id
    """
)
STORE_DRAFT: Final = text("UPDATE surveys SET draft = CAST(:draft AS json) WHERE id = :id")
PAGE: Final = text(
    f"SELECT {COLUMNS}, draft->'title' AS title FROM surveys WHERE code > :after ORDER BY code LIMIT :limit"  # noqa: S608
)
ADD_VERSION: Final = text(
    f"""
    INSERT INTO survey_versions ({RELEASE}, definition)
    VALUES (:{", :".join(Version.__slots__)}, CAST(:definition AS json))
    """  # noqa: S608
)
DEFINITION: Final = text("SELECT definition FROM survey_versions WHERE survey_id = :survey_id AND version = :version")
VERSION: Final = text(
    f"SELECT {RELEASE} FROM survey_versions WHERE survey_id = :survey_id AND version = :version"  # noqa: S608
)
VERSIONS: Final = text(
    f"""
    SELECT {RELEASE} FROM survey_versions WHERE survey_id = :survey_id AND version < :before
    ORDER BY version DESC LIMIT :limit
    """  # noqa: S608
)


async def add(connection: AsyncConnection, survey: Survey, document: Mapping[str, Any]) -> bool:
    """Stores a new survey with its draft; False when its code is taken."""
    values = _values(survey) | {"draft": _json(document)}
    return (await connection.execute(ADD, values)).scalar() is not None


async def find(connection: AsyncConnection, survey_id: UUID) -> Survey | None:
    """One survey."""
    row = (await connection.execute(FIND, {"id": survey_id})).first()
    return None if row is None else Survey(**row._mapping)


async def hold(connection: AsyncConnection, survey_id: UUID) -> Survey | None:
    """One survey, locked until the end of the transaction."""
    row = (await connection.execute(HOLD, {"id": survey_id})).first()
    return None if row is None else Survey(**row._mapping)


async def draft(connection: AsyncConnection, survey_id: UUID) -> dict[str, Any]:
    """The draft of a survey that is there."""
    found: dict[str, Any] = (await connection.execute(DRAFT, {"id": survey_id})).scalar_one()
    return found


async def store(connection: AsyncConnection, survey: Survey) -> None:
    """Stores a survey that the caller holds as it is now; its draft stays."""
    await connection.execute(STORE, _values(survey))


async def store_draft(connection: AsyncConnection, survey_id: UUID, document: Mapping[str, Any]) -> None:
    """Stores the draft of a survey that the caller holds."""
    await connection.execute(STORE_DRAFT, {"id": survey_id, "draft": _json(document)})


async def page(connection: AsyncConnection, after: str, limit: int) -> list[tuple[Survey, Any]]:
    """Surveys after a code, in the order of their codes, each with the title of its draft."""
    rows = await connection.execute(PAGE, {"after": after, "limit": limit})
    return [(Survey(**{name: row._mapping[name] for name in Survey.__slots__}), row.title) for row in rows]


async def add_version(connection: AsyncConnection, made: Version, document: Mapping[str, Any]) -> None:
    """Stores a version; the survey must be held."""
    await connection.execute(ADD_VERSION, _values(made) | {"definition": _json(document)})


async def definition(connection: AsyncConnection, survey_id: UUID, number: int) -> Any:
    """The JSON of a published version; None where there is none."""
    return (await connection.execute(DEFINITION, {"survey_id": survey_id, "version": number})).scalar()


async def version(connection: AsyncConnection, survey_id: UUID, number: int) -> Version | None:
    """When a version was published and by whom."""
    row = (await connection.execute(VERSION, {"survey_id": survey_id, "version": number})).first()
    return None if row is None else Version(**row._mapping)


async def versions(connection: AsyncConnection, survey_id: UUID, before: int, limit: int) -> list[Version]:
    """Versions below a number, newest first."""
    rows = await connection.execute(VERSIONS, {"survey_id": survey_id, "before": before, "limit": limit})
    return [Version(**row._mapping) for row in rows]


def _values(of: Survey | Version) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__slots__}


def _json(document: Mapping[str, Any]) -> str:
    return orjson.dumps(document).decode()
