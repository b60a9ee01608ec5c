"""One spelling for Persian text (and the Latin text beside it), for comparing and searching, never for display.

Sources: Unicode Standard Annex 15 (normalisation forms), ISIRI 6219 (Persian letters and digits), and the variants that
Arabic keyboards, old fonts and phones really produce. Decisions that are ours:

* The zero-width non-joiner is dropped and its two parts are joined: it sits *inside* one word (`علی‌رضا` = `علیرضا`).
  Turning it into a space would set the two most common spellings of a name apart.
* Every alef is a bare alef (`آ أ إ ٱ` → `ا`), a hamza seat loses its hamza (`ؤ` → `و`, `ئ` → `ی`), a hamza that stands
  alone is dropped (`املاء` = `املا`), and `ة ۀ` become `ه`.
* Kashida, harakat, bidi marks and other invisible characters are dropped.
"""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["NORMALISER_VERSION", "normalise", "unify"]

NORMALISER_VERSION: Final = 1
"""Stored beside every key made here; a change of any rule is a new version, and old rows are made again."""


def _span(first: int, last: int) -> dict[int, str]:
    return dict.fromkeys(range(first, last + 1), "")


def _digits(zero: int) -> dict[int, str]:
    return {zero + digit: str(digit) for digit in range(10)}


def _letters(pairs: dict[str, str]) -> dict[int, str]:
    return {ord(letter): key for variants, key in pairs.items() for letter in variants}


_UNCHANGED: Final[dict[int, str | int]] = {code: code for code in range(0x20, 0x0700)}
"""A code that `str.translate` does not find costs an exception: the common scripts are in the table, as themselves."""

_INVISIBLE: Final = {
    **dict.fromkeys((0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF), ""),
    **_span(0x200B, 0x200F),  # zero-width space, non-joiner and joiner; left-to-right and right-to-left marks
    **_span(0x202A, 0x202E),  # bidi embeddings and overrides
    **_span(0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates
    **_span(0xFE00, 0xFE0F),  # variation selectors
}

_HARAKAT: Final = {
    **_span(0x0610, 0x061A),
    **_span(0x064B, 0x065F),  # includes the combining madda and hamzas that NFD would leave
    **_span(0x06D6, 0x06DC),
    **_span(0x06DF, 0x06E4),
    **_span(0x06E7, 0x06E8),
    **_span(0x06EA, 0x06ED),
    **_span(0x08D3, 0x08E1),
    **_span(0x08E3, 0x08FF),
    **dict.fromkeys((0x0640, 0x0670), ""),  # kashida, superscript alef
}

_LETTERS: Final = _letters(
    {
        "يىےېۍێئۓ": "ی",
        "كڪ": "ک",
        "آأإٱٲٳ": "ا",
        "ةۀهھہۂۃە": "ه",
        "ؤۆۇۈۉۋ": "و",
        "ء": "",
    }
)

_SPELLINGS: Final = {**_UNCHANGED, **_INVISIBLE, **_HARAKAT, **_LETTERS, **_digits(0x0660), **_digits(0x06F0)}

_ACCENTS: Final = {
    **_UNCHANGED,
    **_span(0x0300, 0x036F),
    **_span(0x1AB0, 0x1AFF),
    **_span(0x1DC0, 0x1DFF),
    **_span(0x20D0, 0x20FF),
    **_span(0xFE20, 0xFE2F),
    **_letters({"ø": "o", "ł": "l", "đð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}),
}


def unify(text: str) -> str:
    """The text in one spelling, with case and Latin accents kept: for opaque keys where `aB` and `Ab` are two things.

    Persian letters and digits are folded as the module says, compatibility forms resolved (NFKC), white space runs
    collapsed to one space and cut at both ends. Idempotent.

    >>> unify("  كتاب‌هاي   ۱۲۳ AbÉ ")
    'کتابهای 123 AbÉ'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SPELLINGS)).translate(_SPELLINGS)
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def normalise(text: str) -> str:
    """The search key of a text: `unify`, then case folded and accents stripped. Idempotent.

    >>> normalise("José  علي‌رضا")
    'jose علیرضا'
    """
    text = unify(text).casefold()
    if text.isascii():
        return text
    bare = unicodedata.normalize("NFKD", text).casefold().translate(_ACCENTS)
    return unify(bare)
