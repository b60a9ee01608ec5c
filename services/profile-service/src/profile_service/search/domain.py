"""Pure rules of search: the keys that customers are found by, and the order of the answers.

A *key* is a field letter and a word. Rows of `search_keys` are sorted by key, so that a word is one point of the index
and everything that begins with a few letters is one *span* of it. A *document* is all keys of a customer in one
string, between separators, so that one `LIKE` tells whether a word is in it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

__all__ = [
    "CODE",
    "EMAIL",
    "FIELDS",
    "FIRST",
    "HIDDEN",
    "LAST",
    "MAX_WORD",
    "NAME",
    "PHONE",
    "SEEN",
    "Document",
    "Hit",
    "Position",
    "Span",
    "Stage",
    "code_key",
    "email_keys",
    "first_place",
    "joined_pairs",
    "kind_key",
    "name_keys",
    "phone_keys",
    "phone_stem",
    "spelling_of",
    "tag_key",
    "whole_key",
    "whole_of",
    "words_of",
]

NAME: Final = "1"
CODE: Final = "2"
PHONE: Final = "3"
EMAIL: Final = "4"
WHOLE: Final = "="
TAG: Final = "#"
KIND: Final = "@"

FIELDS: Final = {CODE: "code", PHONE: "phone", EMAIL: "email"}

MAX_WORD: Final = 64
"""Characters of a word that count, in rows and queries alike: a key is indexed, and an index row has a limit."""

SEEN: Final = "\x1f"
HIDDEN: Final = "\x1e"
FIRST: Final = "0"
"""No letter and no digit sorts before it."""
LAST: Final = "\U0010ffff"
_WORD: Final = re.compile(r"[^\W_]+")
_SHORTEST_NUMBER: Final = 4
_SHORTEST_STEM: Final = 3


class Stage(IntEnum):
    """How well a customer answers, best first; a page is filled from the first stages, the later ones cost more."""

    IDENTIFIER = 0
    WHOLE_NAME = 1
    WORDS = 2
    BEGINNINGS = 3
    JOINED = 4
    INSIDE = 5
    SOUND = 6
    SIMILAR = 7
    MEMBER = 8

    @property
    def score(self) -> float:
        """1 for what was meant, less for what may have been."""
        return (1.0, 1.0, 0.9, 0.75, 0.7, 0.5, 0.4, 0.3, 0.2)[self]


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring keys, both ends included; a single one where they are equal."""

    low: str
    high: str

    @classmethod
    def of(cls, key: str) -> Span:
        """The key alone."""
        return cls(key, key)

    def __contains__(self, key: str) -> bool:
        return self.low <= key <= self.high


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the stage, the word that was walked along, the key and the customer seen last."""

    stage: Stage
    driver: int
    key: str
    customer_id: UUID

    def keys(self) -> tuple[int, int, str, str]:
        """As a cursor keeps it."""
        return (int(self.stage), self.driver, self.key, str(self.customer_id))


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer that answers, and the place in the order of all answers; `matched` says by what, `words` are those
    of its names that did."""

    customer_id: UUID
    position: Position
    matched: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Document:
    """All keys of a customer as one string: those that words are looked for in, then the hidden ones."""

    @staticmethod
    def of(keys: Iterable[str], hidden: Iterable[str]) -> str:
        """The string; keys twice are there once."""
        seen = SEEN + "".join(key + SEEN for key in sorted(set(keys)))
        return seen + HIDDEN + "".join(key + HIDDEN for key in sorted(set(hidden)))

    @staticmethod
    def keys(document: str) -> list[str]:
        """Every key of it."""
        return [key for key in re.split(f"[{SEEN}{HIDDEN}]", document) if key]

    @staticmethod
    def seen(document: str) -> list[str]:
        """Those of its keys that words are looked for in, sorted."""
        return document.partition(HIDDEN)[0].strip(SEEN).split(SEEN)


def first_place(document: str, spans: Sequence[Span]) -> tuple[int, str] | None:
    """The span and the key under which a customer is met first along spans; None if never. It may have several keys
    there, and each is met."""
    seen = Document.seen(document)
    for at, span in enumerate(spans):
        if span.low == span.high:
            if f"{SEEN}{span.low}{SEEN}" in document or f"{HIDDEN}{span.low}{HIDDEN}" in document:
                return at, span.low
            continue
        place = bisect_left(seen, span.low)
        if place < len(seen) and seen[place] in span:
            return at, seen[place]
    return None


def words_of(normalised: str) -> list[str]:
    """The words of a normalised text; neighbouring groups of digits are one number, as phones and codes are written.

    >>> words_of("sara o'neil 0912 345-67")
    ['sara', 'o', 'neil', '091234567']
    """
    words: list[str] = []
    for word in _WORD.findall(normalised):
        if words and word.isdigit() and words[-1].isdigit():
            words[-1] = (words[-1] + word)[:MAX_WORD]
        else:
            words.append(word[:MAX_WORD])
    return words


def joined_pairs(words: Sequence[str]) -> list[str]:
    """Neighbouring words written as one, as `حسین زاده` is `حسینزاده` for somebody else.

    >>> joined_pairs(["van", "der", "berg"])
    ['vander', 'derberg']
    """
    return [(one + two)[:MAX_WORD] for one, two in pairwise(words)]


def name_keys(parts: Iterable[str]) -> list[str]:
    """The keys of the parts of a name, each normalised: its words, and neighbours within one part written as one."""
    cut = [words_of(part) for part in parts]
    return [NAME + word for words in cut for word in (*words, *joined_pairs(words))]


def spelling_of(keys: Iterable[str]) -> list[str]:
    """The words of names among keys, for finding them when they are misspelled."""
    return [key[1:] for key in keys if key[0] == NAME and not key[1:].isdigit()]


def phone_keys(digits: str) -> list[str]:
    """The endings of a number of at least four digits, so that every part of it begins one of them.

    >>> phone_keys("0021983")
    ['321983', '31983']
    """
    stem = digits.lstrip("0")[:MAX_WORD]
    return [PHONE + stem[at:] for at in range(len(stem) - _SHORTEST_NUMBER + 1)]


def phone_stem(digits: str) -> str | None:
    """What of a typed number is looked for in phones: `0912…` and `+98912…` end alike, so zeros in front do not count.
    None for fewer than four digits, or where fewer than three are left."""
    stem = digits.lstrip("0")
    return stem if len(digits) >= _SHORTEST_NUMBER and len(stem) >= _SHORTEST_STEM else None


def code_key(code: str) -> str:
    """The key of a customer's code."""
    return CODE + code


def email_keys(normalised: str) -> list[str]:
    """The words of an address."""
    return [EMAIL + word for word in words_of(normalised)]


def whole_key(parts: Iterable[str]) -> str | None:
    """The key of a whole name, its words in any order; None where it has none."""
    words = [word for part in parts for word in words_of(part)]
    return whole_of(words) if words else None


def tag_key(normalised: str) -> str:
    """The key of a tag."""
    return TAG + normalised


def kind_key(kind: str) -> str:
    """The key of a kind of customer."""
    return KIND + kind


def whole_of(words: Iterable[str]) -> str:
    """The key of the name that consists of exactly these words, in any order."""
    return WHOLE + " ".join(sorted(set(words)))
