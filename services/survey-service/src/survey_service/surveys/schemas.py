"""Bodies of the survey routes. A definition itself is read by `definition.parse`; its JSON Schema is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict

from hamdel.contracts.base import Moment
from hamdel.http import FieldError, RequestModel, ResponseModel
from survey_service.surveys.domain import Survey, Version

__all__ = [
    "CompletenessResource",
    "LanguageState",
    "PublishBody",
    "PublishedVersion",
    "SurveyResource",
    "SurveySummary",
    "VersionResource",
    "VersionSummary",
]


class PublishBody(RequestModel):
    """`allow_incomplete` publishes although texts are missing in a declared language; another language is shown."""

    allow_incomplete: bool = False


class PublishedVersion(ResponseModel):
    """What is published now."""

    survey_id: UUID
    version: int
    published_at: Moment
    published_by: str

    @classmethod
    def of(cls, version: Version) -> PublishedVersion:
        """Its public form."""
        return cls(**{name: getattr(version, name) for name in cls.model_fields})


class _Kept(ResponseModel):
    id: UUID
    code: str
    status: Literal["draft", "published", "closed"]
    title: Any
    current_version: int | None
    created_at: Moment
    updated_at: Moment
    updated_by: str
    published_at: Moment | None
    closed_at: Moment | None
    version: int


class SurveySummary(_Kept):
    """A survey in a list; `title` is that of its draft."""

    @classmethod
    def of(cls, survey: Survey, title: Any) -> SurveySummary:
        """Its public form."""
        return cls(title=title, **_values(survey))


class SurveyResource(_Kept):
    """A survey with its draft, whose members are its own: `pages`, `languages` and all others of the definition.
    `version` counts the edits; `current_version` is what is published."""

    model_config = ConfigDict(frozen=True, extra="allow")

    pages: list[dict[str, Any]]

    @classmethod
    def of(cls, survey: Survey, draft: Mapping[str, Any]) -> SurveyResource:
        """Its public form."""
        return cls(**{**draft, **_values(survey)})


class VersionSummary(ResponseModel):
    """A version in a list."""

    version: int
    published_at: Moment
    published_by: str

    @classmethod
    def of(cls, version: Version) -> VersionSummary:
        """Its public form."""
        return cls(**{name: getattr(version, name) for name in cls.model_fields})


class VersionResource(VersionSummary):
    """A published version and what it asks."""

    survey_id: UUID
    definition: dict[str, Any]

    @classmethod
    def whole(cls, version: Version, definition: Mapping[str, Any]) -> VersionResource:
        """Its public form."""
        return cls(**{name: getattr(version, name) for name in version.__slots__}, definition=dict(definition))


class LanguageState(ResponseModel):
    """What is missing in a language, as JSON pointers into the definition."""

    language: str
    complete: bool
    missing: list[str]


class CompletenessResource(ResponseModel):
    """The languages that the draft declares, or else its default one."""

    languages: list[LanguageState]

    @classmethod
    def of(cls, missing: Mapping[str, Iterable[FieldError]]) -> CompletenessResource:
        """Its public form."""
        places = {language: [one.pointer for one in faults] for language, faults in missing.items()}
        return cls(
            languages=[LanguageState(language=one, complete=not found, missing=found) for one, found in places.items()]
        )


def _values(survey: Survey) -> dict[str, Any]:
    return {name: getattr(survey, name) for name in survey.__slots__}
