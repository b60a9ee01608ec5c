"""Where responses that are not finished end: the last question that has an answer, and its page."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.definition.domain import Definition
from survey_service.results.schemas import DropOff, Left

__all__ = ["drop_off"]


def drop_off(definition: Definition, left: Mapping[str, int]) -> DropOff:
    """How many open responses end at each page and question of a definition, out of the last question answered → how
    many. A question that it does not have any more is counted among the open ones alone."""
    return DropOff(
        open=sum(left.values()),
        unanswered=left.get("", 0),
        pages=[
            Left(id=page.id, responses=sum(left.get(question.id, 0) for question in page.questions))
            for page in definition.pages
        ],
        questions=[
            Left(id=name, responses=left.get(name, 0))
            for name, question in definition.questions.items()
            if question.asks
        ],
    )
