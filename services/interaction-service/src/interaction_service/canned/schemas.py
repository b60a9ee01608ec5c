"""Bodies of the canned reply routes."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from hamdel.http import RequestModel, ResponseModel
from interaction_service.calendars.schemas import Code
from interaction_service.canned.domain import LANGUAGES, CannedReply

__all__ = ["CannedReplyBody", "CannedReplyPatch", "CannedReplyResource", "RenderBody", "RenderedReply"]

Language = Literal[LANGUAGES]  # type: ignore[valid-type]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
_Texts = Annotated[dict[Language, _Text], Field(min_length=1)]
_Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.]{0,63}$")]
_Value = Annotated[str, StringConstraints(max_length=2_000)]
_Variables = Annotated[dict[_Variable, _Value], Field(max_length=100)]
_Fallbacks = dict[Language, _Variables]


class CannedReplyBody(RequestModel):
    """`texts` has one of `fa` and `en`, or both; `{{name}}` stands for a variable, `{{name | friend}}` for one with a
    fall-back; `fallbacks` are those of a language."""

    code: Code
    texts: _Texts
    fallbacks: _Fallbacks = Field(default_factory=dict)

    def reply(self) -> CannedReply:
        """The canned reply of the domain."""
        return CannedReply(code=self.code, texts=self.texts, fallbacks=self.fallbacks, version=1)


class CannedReplyPatch(RequestModel):
    """What is given takes the place of what there was."""

    texts: _Texts = Field(default_factory=dict)
    fallbacks: _Fallbacks = Field(default_factory=dict)

    def changes(self) -> dict[str, Any]:
        """What was given."""
        return self.model_dump(exclude_unset=True)


class CannedReplyResource(ResponseModel):
    """A canned reply."""

    code: str
    texts: dict[str, str]
    fallbacks: dict[str, dict[str, str]]
    version: int

    @classmethod
    def of(cls, reply: CannedReply) -> CannedReplyResource:
        """Its public form."""
        return cls(**{name: getattr(reply, name) for name in cls.model_fields})


class RenderBody(RequestModel):
    """For which case; what is known of it (`case.number`, `case.subject`, `agent` …) need not be given. `language` is
    the caller's own where it is not given."""

    case_id: UUID
    variables: _Variables = Field(default_factory=dict)
    language: Language | None = None


class RenderedReply(ResponseModel):
    """The text, ready to be sent."""

    code: str
    language: str
    text: str
