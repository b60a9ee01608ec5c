"""Which customers are worth comparing: those that share one of several cheap keys.

Each key survives errors in all the fields it does not hold, so a copy must be damaged in every one of them to be
missed (the union of passes of Hernández and Stolfo, "The merge/purge problem", SIGMOD 1995). Name keys are made of
consonants and hold given and family name in alphabetical order: other scripts and swapped names meet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from profile_service.duplicates.records import Record

__all__ = ["MAX_BLOCK", "hashed", "keys_of"]

MAX_BLOCK: Final = 50
"""Customers that may share a key; what more of them share tells nothing, and pairs grow with its square."""


def keys_of(record: Record) -> set[str]:
    """The blocking keys of a customer."""
    prefix = "" if record.is_person else "o"
    return {prefix + key for key in (*_contact(record), *_name(record), *_birth(record), *_place(record))}


def hashed(keys: Iterable[str]) -> set[int]:
    """Keys as signed 64-bit integers, the same in every process."""
    return {int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), signed=True) for key in keys}


def _contact(record: Record) -> Iterator[str]:
    for phone in record.phones:
        yield f"p:{phone}"
    for email in record.emails:
        yield f"e:{email}"
        yield f"l:{email.partition('@')[0]}"
    for values in record.strong.values():
        yield from (f"i:{value}" for value in values)


def _sounds(record: Record) -> tuple[set[str], set[str]]:
    given = {part.sound or part.text for part in record.name.given}
    return given, {part.sound or part.text for part in record.name.family}


def _name(record: Record) -> Iterator[str]:
    given, family = _sounds(record)
    for one, other in product(given, family):
        yield f"n:{min(one, other)}:{max(one, other)}"
    if not record.is_person:
        yield from (f"g:{part.sound}" for part in record.name.given)


def _birth(record: Record) -> Iterator[str]:
    if not record.born:
        return
    year, first, second = record.born[:4], *sorted((record.born[4:6], record.born[6:]))
    yield f"b:{year}{first}{second}"
    for sound in set().union(*_sounds(record)):
        yield f"y:{sound}:{year}"
        yield f"d:{sound}:{first}{second}"


def _place(record: Record) -> Iterator[str]:
    sounds = set().union(*_sounds(record))
    numbers = record.street.numbers if record.street else ()
    lines = {line.sound for line in record.street.lines} if record.street else ()
    city = record.city.sound if record.city else ""
    areas = [area for area in (record.postcode, city) if area]
    if record.postcode:
        yield from (f"a:{sound}:{record.postcode}" for sound in sounds)
        yield from (f"h:{number}:{record.postcode}" for number in numbers)
    if city:
        yield from (f"c:{sound}:{number}:{city}" for sound in sounds for number in numbers)
    for line in lines:
        yield from (f"s:{line}:{area}" for area in areas)
        yield from (f"s:{line}:{number}" for number in numbers)
        yield from (f"s:{line}:{sound}" for sound in sounds)
