"""Suggestions as people see them: how fields agree, and the sentence a clerk reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

__all__ = ["Duplicate", "Evidence", "Filter", "Level", "Scan", "Status", "explanation"]

Status = Literal["open", "merged", "dismissed"]


class Level(StrEnum):
    """How two values of a field agree."""

    EXACT = "exact"
    TYPO = "typo"
    SOUND = "sound"
    CLOSE = "close"
    NEAR = "near"
    PART = "part"
    INITIAL = "initial"
    INITIAL_DIFFERENT = "initial_different"
    OTHER_SCRIPT = "other_script"
    OTHER_SCRIPT_CLOSE = "other_script_close"
    OTHER_SCRIPT_DIFFERENT = "other_script_different"
    SWAPPED = "swapped"
    TWO_OF_THREE = "two_of_three"
    SAME_MAILBOX = "same_mailbox"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How one field of the two customers agrees; `similarity` is 0 … 1."""

    field: str
    level: Level
    similarity: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A suggestion; `customer_a` < `customer_b`, `score` is the probability (0 … 1) that they are one."""

    id: UUID
    customer_a: UUID
    customer_b: UUID
    score: float
    evidence: tuple[Evidence, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class Filter:
    """Which suggestions are wanted: those of one customer or of all."""

    status: Status = "open"
    min_score: float = 0.0
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A search over all customers; times are UTC, counts are known when it is done."""

    id: UUID
    status: Literal["queued", "running", "done", "failed"]
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    customers: int | None
    compared: int | None
    suggested: int | None


_Words = tuple[str, str]
"""English and Persian."""

_DIFFERENT: Final = frozenset({Level.DIFFERENT, Level.OTHER_SCRIPT_DIFFERENT, Level.INITIAL_DIFFERENT})
_SCRIPTS: Final = frozenset({Level.OTHER_SCRIPT, Level.OTHER_SCRIPT_CLOSE})

_PLAIN: Final[Mapping[tuple[str, Level], _Words]] = {
    ("national_id", Level.EXACT): ("same national id", "کد ملی یکسان"),
    ("organization_id", Level.EXACT): ("same organisation id", "شناسهٔ ملی یکسان"),
    ("phone", Level.EXACT): ("same phone", "تلفن یکسان"),
    ("phone", Level.TYPO): ("phones differ in one digit", "تلفن‌ها تنها در یک رقم فرق دارند"),
    ("phone", Level.DIFFERENT): ("different phones", "تلفن‌های متفاوت"),
    ("email", Level.EXACT): ("same e-mail", "ایمیل یکسان"),
    ("email", Level.TYPO): ("e-mails almost equal", "ایمیل‌های تقریباً یکسان"),
    ("email", Level.SAME_MAILBOX): ("same e-mail name at another provider", "نام ایمیل یکسان نزد سرویس دیگر"),
    ("email", Level.DIFFERENT): ("different e-mails", "ایمیل‌های متفاوت"),
    ("birth_date", Level.EXACT): ("same birth date", "تاریخ تولد یکسان"),
    ("birth_date", Level.SWAPPED): ("birth dates with day and month swapped", "تاریخ تولد با روز و ماه جابه‌جا"),
    ("birth_date", Level.TYPO): ("birth dates differ in one digit", "تاریخ‌های تولد تنها در یک رقم فرق دارند"),
    ("birth_date", Level.TWO_OF_THREE): (
        "birth dates differ in one of day, month and year",
        "تاریخ‌های تولد تنها در روز، ماه یا سال فرق دارند",
    ),
    ("birth_date", Level.DIFFERENT): ("different birth dates", "تاریخ‌های تولد متفاوت"),
}

_NAMES: Final[Mapping[str, _Words]] = {
    "same": ("same name", "نام یکسان"),
    "swapped": ("given and family name swapped", "نام و نام خانوادگی جابه‌جا"),
    "scripts": ("same name in the other script", "همان نام به خط دیگر"),
    "almost": ("names almost equal", "نام‌های تقریباً یکسان"),
    "given": ("different given names", "نام‌های کوچک متفاوت"),
    "family": ("different family names", "نام‌های خانوادگی متفاوت"),
    "different": ("different names", "نام‌های متفاوت"),
}

_ADDRESSES: Final[Mapping[str, _Words]] = {
    "same": ("same address", "نشانی یکسان"),
    "almost": ("addresses almost equal", "نشانی‌های تقریباً یکسان"),
    "different": ("different addresses", "نشانی‌های متفاوت"),
}

_ORDER: Final = ("national_id", "organization_id", "name", "birth_date", "phone", "email", "address")


def explanation(evidence: Sequence[Evidence], *, persian: bool) -> str:
    """One sentence for a clerk: what agrees and what does not, most telling fields first.

    >>> explanation([Evidence("phone", Level.EXACT, 1.0), Evidence("name.given", Level.SWAPPED, 1.0)], persian=False)
    'Given and family name swapped, same phone.'
    """
    phrases = {
        **{each.field: _PLAIN[key] for each in evidence if (key := (each.field, each.level)) in _PLAIN},
        **_grouped("name", evidence, _name_key, _NAMES),
        **_grouped("address", evidence, _address_key, _ADDRESSES),
    }
    said = [phrases[field][1 if persian else 0] for field in _ORDER if field in phrases]
    sentence = ("، " if persian else ", ").join(said)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _grouped(
    group: str, evidence: Sequence[Evidence], key_of: Callable[[Mapping[str, Level]], str], words: Mapping[str, _Words]
) -> dict[str, _Words]:
    levels = {each.field.removeprefix(f"{group}."): each.level for each in evidence if each.field.startswith(group)}
    return {group: words[key_of(levels)]} if levels else {}


def _name_key(levels: Mapping[str, Level]) -> str:
    found = set(levels.values())
    if Level.SWAPPED in found:
        return "swapped"
    different = [part for part, level in levels.items() if level in _DIFFERENT]
    if different:
        return different[0] if len(levels) > 1 and len(different) == 1 else "different"
    if found == {Level.EXACT}:
        return "same"
    return "scripts" if found & _SCRIPTS else "almost"


def _address_key(levels: Mapping[str, Level]) -> str:
    different = [part for part, level in levels.items() if level in _DIFFERENT]
    if not different:
        return "same" if set(levels.values()) <= {Level.EXACT, Level.OTHER_SCRIPT} else "almost"
    return "different" if "line1" in different or len(different) == len(levels) else "almost"
