"""Reads the JSON of a definition. What it refuses is a shape; `checking` looks at what the definition means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from hamdel.http.problem import FieldError, InvalidValue
from hamdel.http.validation import field_errors
from survey_service.definition.domain import (
    ANY_LANGUAGE,
    SCALED,
    All,
    AnyOf,
    Comparison,
    Condition,
    Definition,
    Jump,
    Kind,
    Not,
    Option,
    Page,
    Question,
    Scale,
    Settings,
)
from survey_service.definition.shapes import PageShape, StepsShape, SurveyShape

__all__ = ["parse"]

DEEPEST: Final = 64
"""Levels of JSON; far more than any condition that `checking` lets through."""

SCALES: Final[Mapping[Kind, tuple[int, int]]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "rating": (1, 5)}
HANDED_ON: Final = (
    "anonymous",
    "calendar",
    "timezone",
    "recontact_days",
    "sampling",
    "invitation_days",
    "late",
    "channel",
    "purpose",
)


def parse(definition: Any) -> Definition:
    """The definition that this JSON value states. Raises InvalidValue (422) that names every wrong place."""
    if _too_deep(definition):
        raise InvalidValue(errors=[FieldError("", f"must have at most {DEEPEST} levels", "too_deep")])
    try:
        shape = SurveyShape.model_validate(definition)
    except ValidationError as error:
        raise InvalidValue(errors=_places(error)) from error
    title = dict(shape.title)
    return Definition(
        code=shape.code, title=title, pages=tuple(_page(each) for each in shape.pages), settings=_settings(shape, title)
    )


def _places(error: ValidationError) -> list[FieldError]:
    found = error.errors(include_url=False, include_input=False)
    return field_errors({**one, "loc": tuple(part for part in one["loc"] if not _is_tag(part))} for one in found)


def _is_tag(part: int | str) -> bool:
    """Which form of a union was read is no place of the document."""
    return isinstance(part, str) and (part.startswith("<") or part == "[key]")


def _settings(shape: SurveyShape, title: Mapping[str, str]) -> Settings:
    languages = tuple(shape.languages)
    usual = [*languages, *sorted(title.keys() - {ANY_LANGUAGE}, key=lambda one: one != "fa"), "fa"]
    return Settings(
        languages=languages,
        default_language=shape.default_language or usual[0],
        reminder_days=tuple(shape.reminder_days),
        closes_at=None if shape.closes_at is None else datetime.fromisoformat(shape.closes_at),
        crosstab=tuple(shape.crosstab),
        **{name: getattr(shape, name) for name in HANDED_ON},
    )


def _page(shape: PageShape) -> Page:
    return Page(
        id=shape.id,
        questions=tuple(_question(each) for each in shape.questions),
        show_if=_condition(shape.show_if),
        next=tuple(Jump(each.page, _condition(each.if_)) for each in shape.next),
    )


def _question(shape: Any) -> Question:
    return Question(
        id=shape.id,
        kind=shape.kind,
        text=shape.text,
        required=shape.required,
        scale=_scale(shape.kind, getattr(shape, "scale", None)),
        options=_options(getattr(shape, "options", ())),
        rows=_options(getattr(shape, "rows", ())),
        min_choices=getattr(shape, "min_choices", 1),
        max_choices=getattr(shape, "max_choices", None),
        show_if=_condition(shape.show_if),
    )


def _options(shapes: Iterable[Any]) -> tuple[Option, ...]:
    return tuple(Option(each.id, each.text, getattr(each, "exclusive", False)) for each in shapes)


def _scale(kind: Kind, shape: Any) -> Scale | None:
    if kind in SCALED and shape is None:
        return Scale(*SCALES[kind])
    if isinstance(shape, StepsShape):
        return Scale(shape.min, shape.max, {int(step): text for step, text in shape.labels.items()})
    if kind == "number":
        return Scale(None, None) if shape is None else Scale(shape.min, shape.max)
    return None


def _condition(shape: Any) -> Condition | None:
    return None if shape is None else _some_condition(shape)


def _some_condition(shape: Any) -> Condition:
    if hasattr(shape, "all"):
        return All(tuple(_some_condition(part) for part in shape.all))
    if hasattr(shape, "any"):
        return AnyOf(tuple(_some_condition(part) for part in shape.any))
    if hasattr(shape, "not_"):
        return Not(_some_condition(shape.not_))
    value = tuple(shape.value) if isinstance(shape.value, list) else shape.value
    asked = (getattr(shape, name, None) for name in ("question", "row", "attribute"))
    return Comparison(shape.op, value, *asked)


def _too_deep(value: Any) -> bool:
    """Not recursive: the parser of JSON takes deeper nesting than the interpreter's stack."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
