"""Which customer attributes a survey asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from weakref import WeakKeyDictionary

from survey_service.definition.domain import Condition, Definition
from survey_service.definition.evaluation import tests_of
from survey_service.definition.texts import PIPE, texts_of

__all__ = ["attributes_of"]

_FOUND: Final[WeakKeyDictionary[Definition, tuple[str, ...]]] = WeakKeyDictionary()


def attributes_of(definition: Definition) -> tuple[str, ...]:
    """The names of the customer attributes in conditions, in texts and in `crosstab`, sorted."""
    found = _FOUND.get(definition)
    if found is None:
        found = _FOUND[definition] = tuple(
            sorted({*definition.settings.crosstab, *_tested(definition), *_told(definition)})
        )
    return found


def _tested(definition: Definition) -> Iterator[str]:
    for condition in _conditions(definition):
        yield from (test.attribute for test in tests_of(condition) if test.attribute is not None)


def _conditions(definition: Definition) -> Iterator[Condition]:
    for page in definition.pages:
        jumps = (jump.condition for jump in page.next)
        for condition in (page.show_if, *jumps, *(question.show_if for question in page.questions)):
            if condition is not None:
                yield condition


def _told(definition: Definition) -> Iterator[str]:
    for _, _, text in texts_of(definition):
        for words in text.values():
            yield from (match[2] for match in PIPE.finditer(words) if match[1] == "customer")
