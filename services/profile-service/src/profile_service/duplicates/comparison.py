"""How two values of one field agree: a level, and how similar they are. Pure, without weights."""

from __future__ import annotations

from typing import Final

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import partial_ratio, ratio

from profile_service.duplicates.domain import Level
from profile_service.duplicates.names import Part
from profile_service.duplicates.statistics import CLOSE, NEAR

__all__ = ["birth_level", "email_level", "line_level", "name_level", "phone_level", "postcode_level"]

_ALIKE: Final = 0.8
_LONG_ENOUGH: Final = 6


def name_level(one: Part, other: Part) -> tuple[Level, float]:
    """How two parts of a name agree; across scripts only their consonants are compared."""
    if one.text == other.text:
        return Level.EXACT, 1.0
    if len(one.text) == 1 or len(other.text) == 1:
        return _initials(one, other)
    if one.persian != other.persian:
        return _across_scripts(one.sound, other.sound)
    similarity = JaroWinkler.normalized_similarity(one.text, other.text)
    if _typo(one.text, other.text) and max(len(one.text), len(other.text)) >= 3:
        return Level.TYPO, max(similarity, NEAR)
    if one.sound == other.sound and (len(one.sound) > 2 or similarity >= NEAR):
        return Level.SOUND, max(similarity, NEAR)
    if one.tokens < other.tokens or other.tokens < one.tokens:
        return Level.PART, similarity
    if similarity >= CLOSE:
        return Level.CLOSE, similarity
    return (Level.NEAR if similarity >= NEAR else Level.DIFFERENT), similarity


def birth_level(one: str, other: str) -> tuple[Level, float]:
    """How two dates (YYYYMMDD) agree: day and month swapped, one digit or two neighbours wrong, one part wrong."""
    if one == other:
        return Level.EXACT, 1.0
    if one[:4] == other[:4] and one[4:6] == other[6:] and one[6:] == other[4:6]:
        return Level.SWAPPED, 0.95
    if _typo(one, other):
        return Level.TYPO, 0.9
    same = (one[:4] == other[:4]) + (one[4:6] == other[4:6]) + (one[6:] == other[6:])
    return (Level.TWO_OF_THREE, 0.7) if same == 2 else (Level.DIFFERENT, same / 3 * 0.5)


def phone_level(one: str, other: str) -> tuple[Level, float]:
    """How two phone keys agree; one wrong digit or two swapped neighbours are a typing error."""
    if one == other:
        return Level.EXACT, 1.0
    return (Level.TYPO, 0.9) if len(one) >= 7 and _typo(one, other) else (Level.DIFFERENT, 0.0)


def email_level(one: str, other: str) -> tuple[Level, float]:
    """How two addresses agree: the same, mistyped, or the same mailbox name at another provider."""
    if one == other:
        return Level.EXACT, 1.0
    if len(one) >= 8 and _typo(one, other):
        return Level.TYPO, 0.9
    mailbox, other_mailbox = one.partition("@")[0], other.partition("@")[0]
    if mailbox == other_mailbox and len(mailbox) >= 4:
        return Level.SAME_MAILBOX, 0.8
    return Level.DIFFERENT, 0.0


def postcode_level(one: str, other: str) -> tuple[Level, float]:
    """How two postcodes agree."""
    if one == other:
        return Level.EXACT, 1.0
    return (Level.TYPO, 0.8) if len(one) >= 4 and _typo(one, other) else (Level.DIFFERENT, 0.0)


def line_level(one: Part, other: Part) -> tuple[Level, float]:
    """How two lines of addresses agree; words may be split, joined or left out."""
    if one.text == other.text:
        return Level.EXACT, 1.0
    if one.persian != other.persian:
        alike = _alike(one.sound, other.sound)
        return (Level.OTHER_SCRIPT if alike >= _ALIKE else Level.OTHER_SCRIPT_DIFFERENT), alike
    alike = _alike(one.text, other.text)
    return (Level.CLOSE if alike >= _ALIKE else Level.DIFFERENT), alike


def _across_scripts(one: str, other: str) -> tuple[Level, float]:
    if one == other and one:
        return Level.OTHER_SCRIPT, 1.0
    if min(len(one), len(other)) >= 3 and _typo(one, other):
        return Level.OTHER_SCRIPT_CLOSE, 0.85
    return Level.OTHER_SCRIPT_DIFFERENT, 0.0


def _initials(one: Part, other: Part) -> tuple[Level, float]:
    """An initial beside a name; across scripts a vowel stands for any other."""
    same = one.sound[:1] == other.sound[:1] if one.persian != other.persian else one.text[0] == other.text[0]
    return (Level.INITIAL, 0.6) if same else (Level.INITIAL_DIFFERENT, 0.0)


def _alike(one: str, other: str) -> float:
    similarity = ratio(one, other) / 100
    if similarity < _ALIKE and min(len(one), len(other)) >= _LONG_ENOUGH:
        similarity = max(similarity, (partial_ratio(one, other) - 10) / 100)
    return similarity


def _typo(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 1 and OSA.distance(one, other, score_cutoff=1) <= 1
