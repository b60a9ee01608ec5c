"""The words of a text and the question made of some words.

PostgreSQL does not see Persian letters as letters where the database's locale is C, and its dictionaries do not know
that `ي` is `ی`: words are cut and folded here (`hamdel.text`), for rows and questions alike, and the parser of the
database is never asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from hamdel.text import normalise

__all__ = ["customer_word", "question", "words_of"]

_WORD: Final = re.compile(r"\w+")
_LONGEST: Final = 64
_MOST_ASKED: Final = 20


def words_of(*texts: str | None) -> list[str]:
    """The distinct words of texts, folded, of at most 64 characters each.

    >>> words_of("كتاب‌هاي ۱۲۳", None, "José!")
    ['123', 'jose', 'کتابهای']
    """
    return sorted({word for text in texts if text for word in _cut(text)})


def customer_word(customer_id: UUID) -> str:
    """The word that stands for a customer; no text has it, for `@` is not a letter."""
    return f"@{customer_id.hex}"


def question(text: str, customer_ids: Iterable[UUID] = ()) -> str | None:
    """The tsquery for texts with all these words, the last of which may go on, of one of these customers (of anybody
    where none is named). None where the text has no word.

    >>> question("كتاب ۱۲")
    "'کتاب' & '12':*"
    """
    words = _cut(text)[:_MOST_ASKED]
    if not words:
        return None
    parts = [f"'{word}'" for word in words]
    parts[-1] += ":*"
    whose = " | ".join(f"'{customer_word(one)}'" for one in customer_ids)
    return " & ".join([*parts, f"({whose})"] if whose else parts)


def _cut(text: str) -> list[str]:
    return [word[:_LONGEST] for word in _WORD.findall(normalise(text))]
