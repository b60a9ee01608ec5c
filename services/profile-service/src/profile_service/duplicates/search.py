"""The search over all customers at once: block, weigh, learn the priors, keep what is probable enough."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log
from typing import Final, NamedTuple
from uuid import UUID

from profile_service.duplicates.blocking import MAX_BLOCK, hashed, keys_of
from profile_service.duplicates.fields import Finding
from profile_service.duplicates.matching import THRESHOLD, Priors, Weighed, classes, posterior, vetoed, weigh
from profile_service.duplicates.records import Record
from profile_service.duplicates.statistics import Statistics

__all__ = ["Outcome", "Suggestion", "candidates", "learn", "search", "suggestions_among"]

_ROUNDS: Final = 30
_BELIEVED: Final = 20
_WORTH_KEEPING: Final = 4.0
"""How far below even odds a pair may be before its priors and still be kept: e⁻⁴ of a class learns nothing."""


class Suggestion(NamedTuple):
    """A pair that is probably one; `a` < `b`."""

    a: UUID
    b: UUID
    score: float
    findings: tuple[Finding, ...]


class Outcome(NamedTuple):
    """What a search found, and how many pairs it compared."""

    suggestions: list[Suggestion]
    compared: int
    priors: Priors


def search(records: Sequence[Record]) -> Outcome:
    """All suggestions among these customers."""
    known = Statistics.of(records)
    kept: list[tuple[Record, Record, Weighed]] = []
    compared = 0
    for one, other in candidates(records):
        compared += 1
        weighed = _weighed(one, other, known)
        if weighed is not None:
            kept.append((one, other, weighed))
    priors = learn([weighed for _, _, weighed in kept], len(records))
    return Outcome(_probable(kept, priors), compared, priors)


def suggestions_among(pairs: Iterable[tuple[Record, Record]], known: Statistics, priors: Priors) -> list[Suggestion]:
    """The suggestions among a few pairs, with what was learnt of all customers before."""
    weighed = ((one, other, _weighed(one, other, known)) for one, other in pairs)
    return _probable([(one, other, each) for one, other, each in weighed if each is not None], priors)


def candidates(records: Sequence[Record]) -> Iterator[tuple[Record, Record]]:
    """Every pair that shares a key of few enough customers, once."""
    blocks: defaultdict[int, array[int]] = defaultdict(lambda: array("I"))
    for place, record in enumerate(records):
        for key in hashed(keys_of(record)):
            blocks[key].append(place)
    later: list[set[int]] = [set() for _ in records]
    for block in blocks.values():
        if 1 < len(block) <= MAX_BLOCK:
            for index, place in enumerate(block):
                later[place].update(block[index + 1 :])
    for record, others in zip(records, later, strict=True):
        for place in others:
            yield record, records[place]


def learn(pairs: Sequence[Weighed], customers: int) -> Priors:
    """The priors at which the pairs are most probable: expectation maximisation (Dempster, Laird, Rubin 1977) of the
    shares of the classes alone, which has one maximum.

    The expected shares count as much as `_BELIEVED` customers.
    """
    priors = Priors.expected(customers)
    expected_same, expected_related = priors.rates(customers)
    believed = _BELIEVED / (customers + _BELIEVED)
    for _ in range(_ROUNDS):
        same = related = 0.0
        for weighed in pairs:
            of_one, of_relatives, _twins = classes(weighed, priors)
            same, related = same + of_one, related + of_relatives
        same, related = same / max(customers, 1), related / max(customers, 1)
        priors = Priors.of(
            same + (expected_same - same) * believed, related + (expected_related - related) * believed, customers
        )
    return priors


def _weighed(one: Record, other: Record, known: Statistics) -> Weighed | None:
    """The weights of a pair that may be of one person or one household; None for strangers and vetoed ones."""
    if vetoed(one, other):
        return None
    weighed = weigh(*((one, other) if one.id < other.id else (other, one)), known)
    worth = log(max(known.customers, 50)) - _WORTH_KEEPING
    return weighed if max(weighed.same, weighed.related) > worth else None


def _probable(pairs: Iterable[tuple[Record, Record, Weighed]], priors: Priors) -> list[Suggestion]:
    found = []
    for one, other, weighed in pairs:
        score = round(posterior(weighed, priors), 6)
        if score >= THRESHOLD:
            found.append(Suggestion(min(one.id, other.id), max(one.id, other.id), score, weighed.findings))
    return found
