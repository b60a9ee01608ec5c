"""From the row of a customer to what it is found by; the normaliser is the one that queries go through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hamdel.text import NORMALISER_VERSION, normalise, unify
from profile_service.search import domain

__all__ = ["KEYS_VERSION", "Found", "Indexed", "indexed", "phone_digits"]

_RULES: Final = 1
KEYS_VERSION: Final = NORMALISER_VERSION * 100 + _RULES
"""Stored beside every row; rows of another version are made again when the service starts."""

_NOT_DIGITS: Final = re.compile(r"[^0-9]+")
_MAX_IDENTIFIERS: Final = 100


@dataclass(frozen=True, slots=True)
class Found:
    """What search reads of a customer: `names` are (given, family, display) per script, `identifiers` are (type, raw,
    canonical); `version` is the customer's."""

    id: UUID
    version: int
    kind: str
    code: str
    archived: bool
    tags: Sequence[str]
    names: Sequence[tuple[str | None, str | None, str | None]]
    identifiers: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What search stores of a customer; `tags` are normalised."""

    id: UUID
    version: int
    kind: str
    archived: bool
    tags: list[str]
    document: str


def indexed(customer: Found) -> Indexed:
    """The row of a customer in the index."""
    tags = sorted({normalise(tag) for tag in customer.tags})
    names = [[normalise(part) if part else "" for part in name] for name in customer.names]
    keys = [domain.code_key(customer.code)]
    keys += [key for parts in names for key in domain.name_keys(parts)]
    keys += [
        key
        for type_, raw, canonical in customer.identifiers[:_MAX_IDENTIFIERS]
        for key in _known_as(type_, raw, canonical)
    ]
    hidden = [domain.kind_key(customer.kind), *map(domain.tag_key, tags), *_wholes(names)]
    document = domain.Document.of(keys, hidden)
    return Indexed(customer.id, customer.version, customer.kind, customer.archived, tags, document)


def phone_digits(text: str) -> str:
    """The digits of a number however they are grouped, Persian ones included.

    >>> phone_digits("(۰۹۱۲) 345-67")
    '091234567'
    """
    return _NOT_DIGITS.sub("", unify(text))


def _known_as(type_: str, raw: str, canonical: str) -> list[str]:
    if type_ == "phone":
        return [key for digits in {phone_digits(raw), phone_digits(canonical)} for key in domain.phone_keys(digits)]
    return domain.email_keys(normalise(canonical)) if type_ == "email" else []


def _wholes(names: Sequence[Sequence[str]]) -> Iterator[str]:
    for given, family, display in names:
        for parts in ((given, family), (display,)):
            key = domain.whole_key(parts)
            if key:
                yield key
