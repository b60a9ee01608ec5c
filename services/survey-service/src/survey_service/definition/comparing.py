"""Whether two versions asked the same."""

from __future__ import annotations

from survey_service.definition.domain import Definition, Question

__all__ = ["comparable"]


def comparable(old: Definition, new: Definition, question_id: str) -> bool:
    """Whether answers to the question may be counted together: the kind, the scale, and the ids of options and rows
    are unchanged, and so is how many options may be chosen. Order and wording do not count: an id keeps its meaning."""
    before, after = old.questions.get(question_id), new.questions.get(question_id)
    return before is not None and after is not None and _counted(before) == _counted(after)


def _counted(question: Question) -> tuple[object, ...]:
    scale = question.scale
    return (
        question.kind,
        None if scale is None else (scale.min, scale.max),
        {(option.id, option.exclusive) for option in question.options},
        {row.id for row in question.rows},
        question.min_choices,
        question.max_choices,
    )
