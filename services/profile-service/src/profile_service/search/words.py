"""Words of names that may have been meant: misspelled, written in the other script, or holding the letters inside.

A word of the dictionary has *features*, small numbers kept in one index: its three-letter parts, its spellings with one
or two letters left out (two words within that many slips share one: W. Garbe's symmetric delete, 2012), and its
consonants. PostgreSQL's own trigrams are not used: they have no letter beyond ASCII where the database has the ctype C,
as the embedded one, and a Persian name of four or five letters keeps too few of its trigrams after one slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations
from typing import Final
from zlib import crc32

from rapidfuzz.distance import OSA

from profile_service.duplicates.transliteration import is_persian, skeleton

__all__ = ["features", "inside_features", "similar", "similar_features", "slips_allowed"]

MOST: Final = 32
"""Other words that are looked for in place of one; the nearest."""

_GRAM: Final = 3
_LONG: Final = 7
_SHORT: Final = 4
_PREFIX: Final = 10
_TWO_MORE: Final = ".."
"""A word is also found from one that is up to two letters longer and may have as many slips as that one."""
_FARTHEST_SOUND: Final = 2

_VOWEL: Final = re.compile("([یiy]+)|([وouvw]+)")
_VOWEL_NAMES: Final = {1: "y", 2: "v"}


def features(word: str) -> list[int]:
    """What a word of the dictionary is found by."""
    slips = slips_allowed(word + _TWO_MORE)
    return sorted({*inside_features(word), *_slips(word, slips), *_sound(word)})


def inside_features(text: str) -> list[int]:
    """Features that every word has which holds this text of at least three letters."""
    return sorted({_number("g", text[at : at + _GRAM]) for at in range(len(text) - _GRAM + 1)})


def similar_features(word: str, *, slips: bool) -> list[int]:
    """Features of which a word that is similar to this one has at least one; without `slips` those that sound alike."""
    return sorted({*(_slips(word, slips_allowed(word)) if slips else ()), *_sound(word)})


def slips_allowed(word: str) -> int:
    """How many letters may be wrong, missing, too many, or swapped with a neighbour: 0 below four letters, then 1, and
    2 from seven on."""
    return 0 if len(word) < _SHORT else 1 if len(word) < _LONG else 2


def similar(word: str, candidates: Iterable[str], *, slips: bool) -> list[str]:
    """Those of the candidates that may have been meant, the nearest first, at most 32.

    Near are those within the slips allowed (distance: optimal string alignment), and in each script those that sound
    nearest among all that have the same consonants.
    """
    others = [other for other in sorted(set(candidates)) if not other.startswith(word)]
    ranked = _within_slips(word, others) if slips else {}
    for persian in (True, False):
        ranked |= _nearest_sound(word, [each for each in others if is_persian(each) is persian], ranked)
    return sorted(ranked, key=lambda other: (ranked[other], other))[:MOST]


def _within_slips(word: str, others: Iterable[str]) -> dict[str, int]:
    allowed = slips_allowed(word)
    distances = {other: OSA.distance(word, other, score_cutoff=allowed) for other in others}
    return {other: distance for other, distance in distances.items() if distance <= allowed}


def _nearest_sound(word: str, others: list[str], known: dict[str, int]) -> dict[str, int]:
    sound, spoken = skeleton(word), _spoken(word)
    alike = [each for each in others if skeleton(each) == sound] if len(sound) > 1 else []
    distances = {each: OSA.distance(spoken, _spoken(each)) for each in alike}
    nearest = min(distances.values(), default=0)
    if nearest > _FARTHEST_SOUND:
        return {}
    return {each: min(nearest, known.get(each, nearest)) for each, far in distances.items() if far == nearest}


def _spoken(word: str) -> str:
    """The consonants with the long vowels between them, which the two scripts share more or less.

    >>> _spoken("حسینی"), _spoken("hosseini")
    ('hsyny', 'hvsyny')
    """
    spoken, at = "", 0
    for vowel in _VOWEL.finditer(word):
        spoken += skeleton(word[at : vowel.start()]) + _VOWEL_NAMES[vowel.lastindex or 1]
        at = vowel.end()
    return spoken + skeleton(word[at:])


def _slips(word: str, most: int) -> set[int]:
    """The word with up to so many of its first ten letters left out; none where no slip is allowed."""
    head = word[:_PREFIX]
    lengths = range(max(1, len(head) - most), len(head) + 1) if most else ()
    return {_number("d", "".join(kept)) for length in lengths for kept in combinations(head, length)}


def _sound(word: str) -> list[int]:
    sound = skeleton(word)
    return [_number("s", sound)] if len(sound) > 1 else []


def _number(space: str, text: str) -> int:
    """A signed 32-bit number; two texts may share one, so what is found is always compared."""
    return crc32(f"{space}{text}".encode()) - 2**31
