"""Names and addresses of a customer, cut into the parts that are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hamdel.text import normalise
from profile_service.duplicates.transliteration import is_persian, skeleton

__all__ = ["Part", "PersonName", "Street", "organisation_name", "part_of", "person_name", "street_of"]

_NO_WORD: Final = re.compile(r"[^\w]+|_")


def _set(lines: str) -> frozenset[str]:
    return frozenset(normalise(lines).split())


_LEGAL: Final = _set(
    """
    شرکت موسسه گروه سهامی خاص عام تعاونی مسئولیت محدود بامسئولیت با و co company corp corporation inc
    incorporated llc llp ltd limited plc pty gmbh ag kg ohg sa sas sarl srl spa bv nv oy ab as aps pjsc pjs
    pvt and the
    """
)
_ROADS: Final = _set(
    """
    street st road rd avenue ave av lane ln drive dr court ct place pl close cl crescent cres circuit cct
    parade pde way terrace tce boulevard blvd highway hwy square sq unit flat apt apartment no number floor
    suite level plaque pelak kuche koche kucheh kooche koocheh khiaban khiyaban bolvar bulvar vahed tabaqe
    meydan meidan خیابان خ کوچه ک پلاک پ واحد بلوار طبقه میدان بزرگراه شماره نبش بنبست
    """
)


@dataclass(frozen=True, slots=True)
class Part:
    """A given or family name in one script: its letters without spaces and marks, and its consonants."""

    text: str
    sound: str
    persian: bool
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class PersonName:
    """The name in each script it is known in. Either part may be unknown in any of them."""

    given: tuple[Part, ...]
    family: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Street:
    """The numbers of an address, and its lines without numbers and kinds of roads; an empty line says nothing."""

    lines: tuple[Part, ...]
    numbers: frozenset[str]


def part_of(raw: str | None) -> Part | None:
    """A part of a name; None where nothing is left to compare.

    >>> part_of("O'Brien-Smith").text
    'obriensmith'
    """
    words = _words(raw or "")
    text = "".join(words)
    if not text:
        return None
    return Part(text, skeleton(text), is_persian(text), frozenset(words))


def person_name(names: Iterable[tuple[str | None, str | None, str | None]]) -> PersonName:
    """From (given, family, display) of each script; a display name alone is cut before its last word."""
    given: dict[str, Part] = {}
    family: dict[str, Part] = {}
    for one, other, display in names:
        first, last = (one, other) if one or other else _cut(display or "")
        for found, raw in ((given, first), (family, last)):
            part = part_of(raw)
            if part:
                found.setdefault(part.text, part)
    return PersonName(tuple(given.values()), tuple(family.values()))


def organisation_name(names: Iterable[tuple[str | None, str | None, str | None]]) -> PersonName:
    """The name of an organisation without its legal form, in each script; it has no family name.

    >>> organisation_name([(None, None, "Acme Trading Co., Ltd.")]).given[0].text
    'acmetrading'
    """
    found: dict[str, Part] = {}
    for given, family, display in names:
        words = _words(display or " ".join(filter(None, (given, family))))
        telling = [word for word in words if word not in _LEGAL] or words
        part = part_of(" ".join(telling))
        if part:
            found.setdefault(part.text, part)
    return PersonName(tuple(found.values()), ())


def street_of(lines: Iterable[str | None]) -> Street | None:
    """The street and the numbers of the lines of an address; None where they say neither.

    >>> found = street_of(["12 Rippon Close", None])
    >>> found.lines[0].text, found.numbers
    ('rippon', frozenset({'12'}))
    """
    numbers: set[str] = set()
    found = []
    for line in lines:
        words = _words(line or "")
        named = [word for word in words if not word[0].isdigit()]
        numbers.update(word for word in words if word[0].isdigit())
        part = part_of(" ".join([word for word in named if word not in _ROADS] or named))
        found += [part] if part else []
    return Street(tuple(found), frozenset(numbers)) if found or numbers else None


def _cut(display: str) -> tuple[str | None, str | None]:
    words = display.split()
    return (" ".join(words[:-1]) or None, words[-1]) if words else (None, None)


def _words(raw: str) -> list[str]:
    text = normalise(raw).replace("'", "").replace("’", "")
    return [word for word in _NO_WORD.split(text) if word]
