"""A survey as it is kept: draft, then published (and its next version a draft again), then closed for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

__all__ = ["CLOSED", "DRAFT", "PUBLISHED", "Status", "Survey", "Version", "merge_patch"]

Status = Literal["draft", "published", "closed"]
DRAFT: Final[Status] = "draft"
PUBLISHED: Final[Status] = "published"
CLOSED: Final[Status] = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey without its questions. `current_version` is the published version that new responses belong to, None
    before the first; `version` counts the edits (ETag). Times are UTC."""

    id: UUID
    code: str
    status: Status
    current_version: int | None
    created_at: datetime
    updated_at: datetime
    updated_by: str
    published_at: datetime | None
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version; nothing of it ever changes."""

    survey_id: UUID
    version: int
    published_at: datetime
    published_by: str


def merge_patch(target: Any, patch: Any) -> Any:
    """The target with a JSON merge patch applied (RFC 7396, section 2); neither argument is changed."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
