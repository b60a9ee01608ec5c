"""Tokens, what they stand for, and links for many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.invitations.domain import Link

__all__ = ["Behind", "add_link", "behind", "keep", "key", "links", "use_link"]

LINK_COLUMNS: Final = ", ".join(field.name for field in fields(Link))

KEY: Final = text("SELECT key FROM survey_keys WHERE name = 'tokens'")
KEEP: Final = text(
    """
    INSERT INTO survey_tokens (hash, invitation_id, link_id)
    SELECT hash, invitation_id, link_id
    FROM unnest(CAST(:hashes AS bytea[]), CAST(:invitations AS uuid[]), CAST(:links AS uuid[]))
         AS t(hash, invitation_id, link_id)
    """
)
BEHIND: Final = text(
    """
    SELECT s.id AS survey_id, s.code, s.status AS survey_status, s.current_version, i.id AS invitation_id,
           l.id AS link_id, i.customer_id, i.status, i.correlation_id, coalesce(i.language, l.language) AS language,
           coalesce(i.channel, l.channel) AS channel, coalesce(i.expires_at, l.expires_at) AS expires_at,
           coalesce(l.answers >= l.maximum, false) AS used_up
    FROM survey_tokens AS t
    LEFT JOIN invitations AS i ON i.id = t.invitation_id
    LEFT JOIN survey_links AS l ON l.id = t.link_id
    JOIN surveys AS s ON s.id = coalesce(i.survey_id, l.survey_id)
    WHERE t.hash = :hash
    """
)
ADD_LINK: Final = text(
    f"""
    INSERT INTO survey_links ({LINK_COLUMNS})
    VALUES (:id, :survey_id, :language, :channel, :expires_at, :maximum, :answers, :created_at, :created_by)
    """  # noqa: S608
)
LINKS: Final = text(
    f"SELECT {LINK_COLUMNS} FROM survey_links WHERE survey_id = :survey_id AND id < :before "  # noqa: S608
    "ORDER BY id DESC LIMIT :limit"
)
USE_LINK: Final = text(
    """
    UPDATE survey_links SET answers = answers + 1
    WHERE id = :id AND (maximum IS NULL OR answers < maximum)
    """
)


@dataclass(frozen=True, slots=True)
class Behind:
    """What a token leads to: an invitation (its `status` then) or a link, and the survey."""

    survey_id: UUID
    code: str
    survey_status: str
    current_version: int | None
    invitation_id: UUID | None
    link_id: UUID | None
    customer_id: UUID | None
    status: str | None
    correlation_id: str | None
    language: str | None
    channel: str | None
    expires_at: datetime | None
    used_up: bool


async def key(connection: AsyncConnection) -> bytes:
    """The service's own key for tokens."""
    found: bytes = (await connection.execute(KEY)).scalar_one()
    return bytes(found)


async def keep(connection: AsyncConnection, of: Sequence[tuple[bytes, UUID | None, UUID | None]]) -> None:
    """Stores hashes of tokens, each with the invitation or the link that it leads to."""
    hashes, invitations, links_of = zip(*of, strict=True)
    values = {"hashes": list(hashes), "invitations": list(invitations), "links": list(links_of)}
    await connection.execute(KEEP, values)


async def behind(connection: AsyncConnection, hashed: bytes) -> Behind | None:
    """What a token of this hash leads to."""
    row = (await connection.execute(BEHIND, {"hash": hashed})).first()
    return None if row is None else Behind(**row._mapping)


async def add_link(connection: AsyncConnection, link: Link) -> None:
    """Stores a link."""
    await connection.execute(ADD_LINK, {field.name: getattr(link, field.name) for field in fields(Link)})


async def links(connection: AsyncConnection, survey_id: UUID, before: UUID, limit: int) -> list[Link]:
    """Links of a survey made before one of them, the newest first."""
    rows = await connection.execute(LINKS, {"survey_id": survey_id, "before": before, "limit": limit})
    return [Link(**row._mapping) for row in rows]


async def use_link(connection: AsyncConnection, link_id: UUID) -> bool:
    """One more answered over the link; False where as many had as may."""
    return (await connection.execute(USE_LINK, {"id": link_id})).rowcount == 1
