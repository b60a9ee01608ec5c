"""The JSON of a definition as models: the one source of the reader and of the published JSON Schema.

Everything the schema can say is said here; `checking` says the rest (references, scales, loops, what can be reached).
Whole numbers may be written `5.0`, as in JSON Schema; nothing else is converted.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag, WithJsonSchema

from survey_service.definition.parts import (
    WHOLE,
    Attribute,
    Bound,
    Code,
    Condition,
    Id,
    Language,
    Shape,
    Text,
)

__all__ = ["PageShape", "StepsShape", "SurveyShape"]

DAY: Final = (
    "(?:(?:19|2[0-9])[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:19|2[0-9])(?:0[48]|[2468][048]|[13579][26])-02-29|2[048]00-02-29)"
)
HOUR: Final = "(?:[01][0-9]|2[0-3])"
MOMENT: Final = f"^{DAY}T{HOUR}(?::[0-5][0-9]){{2}}(?:\\.[0-9]{{1,6}})?(?:Z|[+-]{HOUR}:[0-5][0-9])$"


class StepsShape(Shape):
    """A scale in whole steps, both ends included."""

    min: Annotated[int, Field(ge=-100, le=100), WHOLE]
    max: Annotated[int, Field(ge=-100, le=100), WHOLE]
    labels: dict[Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,3}$")], Text] = Field(default_factory=dict)


class RangeShape(Shape):
    """The range of a number, both ends included; an end that is not given is open."""

    min: Bound | None = None
    max: Bound | None = None


class RowShape(Shape):
    """A row of a Likert matrix."""

    id: Id
    text: Text


class OptionShape(RowShape):
    """An option; an `exclusive` one is chosen alone."""

    exclusive: bool = False


class _QuestionShape(Shape):
    id: Id
    text: Text
    required: bool = False
    show_if: Condition | None = None


class ScaleQuestion(_QuestionShape):
    """NPS is 0 to 10; a rating, CSAT or CES has 3 to 10 steps (1 to 5, 1 to 5 and 1 to 7 where nothing is said)."""

    kind: Literal["nps", "csat", "ces", "rating"]
    scale: StepsShape | None = None


class NumberQuestion(_QuestionShape):
    """A number within a range."""

    kind: Literal["number"]
    scale: RangeShape | None = None


class SingleChoice(_QuestionShape):
    """One of the options."""

    kind: Literal["single_choice"]
    options: Annotated[list[OptionShape], Field(min_length=1, max_length=200)]


class MultipleChoice(_QuestionShape):
    """Some of the options; the bounds hold for who answers at all."""

    kind: Literal["multiple_choice"]
    options: Annotated[list[OptionShape], Field(min_length=1, max_length=200)]
    min_choices: Annotated[int, Field(ge=1, le=200), WHOLE] = 1
    max_choices: Annotated[int, Field(ge=1, le=200), WHOLE] | None = None


class LikertQuestion(_QuestionShape):
    """One of the options for each row."""

    kind: Literal["likert"]
    options: Annotated[list[RowShape], Field(min_length=2, max_length=20)]
    rows: Annotated[list[RowShape], Field(min_length=1, max_length=100)]


class PlainQuestion(_QuestionShape):
    """A date, open text, a consent, or a statement that asks nothing."""

    kind: Literal["date", "text", "consent", "statement"]


def _kind(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else None
    return _KINDS.get(kind) if isinstance(kind, str) else None


_KINDS: Final = {
    **dict.fromkeys(("nps", "csat", "ces", "rating"), "<scale>"),
    **dict.fromkeys(("date", "text", "consent", "statement"), "<plain>"),
    "number": "<number>",
    "single_choice": "<single_choice>",
    "multiple_choice": "<multiple_choice>",
    "likert": "<likert>",
}

QuestionShape = Annotated[
    Annotated[ScaleQuestion, Tag("<scale>")]
    | Annotated[NumberQuestion, Tag("<number>")]
    | Annotated[SingleChoice, Tag("<single_choice>")]
    | Annotated[MultipleChoice, Tag("<multiple_choice>")]
    | Annotated[LikertQuestion, Tag("<likert>")]
    | Annotated[PlainQuestion, Tag("<plain>")],
    Discriminator(_kind, custom_error_type="question_kind", custom_error_message="must be a question of a known kind"),
]


class JumpShape(Shape):
    """Where to go on after the page when the condition holds (without one: always); `end` ends the survey."""

    if_: Annotated[Condition | None, Field(alias="if")] = None
    page: Id


class PageShape(Shape):
    """Some questions that are shown together; `next` goes on elsewhere than with the following page."""

    id: Id
    questions: Annotated[list[QuestionShape], Field(min_length=1, max_length=100)]
    show_if: Condition | None = None
    next: Annotated[list[JumpShape], Field(max_length=20)] = Field(default_factory=list)


class SurveyShape(Shape):
    """The definition of a survey."""

    code: Code
    title: Text
    pages: Annotated[list[PageShape], Field(min_length=1, max_length=100)]
    languages: Annotated[list[Language], Field(max_length=50)] = Field(default_factory=list)
    default_language: Language | None = None
    anonymous: bool = False
    calendar: Literal["gregorian", "jalali"] = "gregorian"
    timezone: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "UTC"
    recontact_days: Annotated[int, Field(ge=0, le=3_650), WHOLE] | None = None
    sampling: Annotated[Bound, Field(ge=0, le=1), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})] = 1
    invitation_days: Annotated[int, Field(ge=1, le=365), WHOLE] = 30
    reminder_days: Annotated[list[Annotated[int, Field(ge=1, le=365), WHOLE]], Field(max_length=10)] = Field(
        default_factory=list
    )
    closes_at: Annotated[str, StringConstraints(pattern=MOMENT)] | None = None
    late: Literal["accept", "refuse"] = "accept"
    crosstab: Annotated[list[Attribute], Field(max_length=20)] = Field(default_factory=list)
    channel: Literal["email", "sms", "push"] = "email"
    purpose: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")] = "survey"
