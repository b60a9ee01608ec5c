"""The smallest parts of a definition's JSON, and its conditions, as models; see `shapes`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

__all__ = [
    "TEXT_SCHEMA",
    "WHOLE",
    "Attribute",
    "Bound",
    "Code",
    "Condition",
    "Id",
    "Language",
    "Shape",
    "Text",
]

SCALAR_LENGTH: Final = 200
LANGUAGE: Final = "^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$"
NUMBER: Final = 10**15


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text(value: Any) -> Any:
    return {"any": value} if isinstance(value, str) else value


def _scalar(value: Any) -> Any:
    if isinstance(value, str) and len(value) > SCALAR_LENGTH:
        raise PydanticCustomError(
            "string_too_long", "must have at most {max_length} characters", {"max_length": SCALAR_LENGTH}
        )
    if not isinstance(value, str | bool | int | float):
        raise PydanticCustomError("scalar", "must be text, a number, true or false")
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Attribute = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.]{0,99}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
TEXT_SCHEMA: Final = {
    "description": "A text by language, or one for all of them.",
    "anyOf": [
        {"type": "string", "minLength": 1, "maxLength": 5_000},
        {
            "type": "object",
            "patternProperties": {LANGUAGE: {"type": "string", "minLength": 1, "maxLength": 5_000}},
            "minProperties": 1,
            "maxProperties": 50,
        },
    ],
}
WHOLE: Final = BeforeValidator(_whole)
Bound = Annotated[
    int | float,
    Field(ge=-NUMBER, le=NUMBER),
    WithJsonSchema({"type": "number", "minimum": -NUMBER, "maximum": NUMBER}),
]
Scalar = Annotated[
    Any,
    BeforeValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean"], "maxLength": SCALAR_LENGTH}),
]
Text = Annotated[
    Annotated[dict[Language, Words], Field(min_length=1, max_length=50)],
    BeforeValidator(_text),
    WithJsonSchema(TEXT_SCHEMA),
]


class Shape(BaseModel):
    """What is not named is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class _Comparing(Shape):
    op: Literal["eq", "ne", "lt", "lte", "gt", "gte"]
    value: Scalar


class _Among(Shape):
    op: Literal["in"]
    value: Annotated[list[Scalar], Field(min_length=1, max_length=200)]


class _Answered(Shape):
    op: Literal["answered"]
    value: bool = True


class _OfQuestion(Shape):
    question: Id
    row: Id | None = None


class _OfAttribute(Shape):
    attribute: Attribute


class QuestionCompares(_OfQuestion, _Comparing):
    """An answer compared with one value: a number, an option's id, a date as `YYYY-MM-DD`, a consent's truth."""


class QuestionAmong(_OfQuestion, _Among):
    """An answer that is one of several values."""


class QuestionAnswered(_OfQuestion, _Answered):
    """Whether a question is answered."""


class AttributeCompares(_OfAttribute, _Comparing):
    """A customer attribute compared with one value."""


class AttributeAmong(_OfAttribute, _Among):
    """A customer attribute that is one of several values."""


class AttributeAnswered(_OfAttribute, _Answered):
    """Whether a customer attribute is known."""


class AllShape(Shape):
    """Every part holds."""

    all: Annotated[list[Condition], Field(min_length=1, max_length=50)]


class AnyShape(Shape):
    """At least one part holds."""

    any: Annotated[list[Condition], Field(min_length=1, max_length=50)]


class NotShape(Shape):
    """The part does not hold."""

    not_: Annotated[Condition, Field(alias="not")]


def _condition(value: Any) -> str | None:
    if isinstance(value, BaseModel) or not isinstance(value, dict):
        return None
    for name in ("all", "any", "not"):
        if name in value:
            return f"<{name}>"
    form = {"in": "among", "answered": "answered"}.get(str(value.get("op")), "compares")
    return f"<attribute {form}>" if "attribute" in value and "question" not in value else f"<question {form}>"


Condition = Annotated[
    Annotated[AllShape, Tag("<all>")]
    | Annotated[AnyShape, Tag("<any>")]
    | Annotated[NotShape, Tag("<not>")]
    | Annotated[QuestionCompares, Tag("<question compares>")]
    | Annotated[QuestionAmong, Tag("<question among>")]
    | Annotated[QuestionAnswered, Tag("<question answered>")]
    | Annotated[AttributeCompares, Tag("<attribute compares>")]
    | Annotated[AttributeAmong, Tag("<attribute among>")]
    | Annotated[AttributeAnswered, Tag("<attribute answered>")],
    Discriminator(
        _condition,
        custom_error_type="condition_form",
        custom_error_message="must be all, any or not of conditions, or have question or attribute, op and value",
    ),
]
