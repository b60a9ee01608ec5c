"""How common values are among the customers themselves: what agreeing by chance is worth.

The term frequencies of Winkler ("Frequency-based matching in Fellegi-Sunter model of record linkage", US Census Bureau,
2000), smoothed with a prior so that a small customer base does not think every name rare, nor every name common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import extract

from profile_service.duplicates.records import Record

__all__ = ["CLOSE", "NEAR", "Statistics"]

CLOSE: Final = 0.92
NEAR: Final = 0.85
"""Levels of Jaro-Winkler similarity that splink's and FEBRL's name comparisons use."""

_PRIOR_WEIGHT: Final = 200.0
_SAMPLE: Final = 1_000
_PRIORS: Final[Mapping[str, float]] = {
    "given": 1 / 150,
    "given_sound": 1 / 100,
    "family": 1 / 500,
    "family_sound": 1 / 300,
    "born": 1 / 20_000,
    "postal_code": 1 / 500,
    "city": 1 / 20,
    "street": 1 / 1_000,
    "number": 1 / 60,
    "phone": 1 / 100_000,
    "email": 1 / 100_000,
}
"""The chance that two strangers agree, before any customer is seen."""

_SAMPLED: Final = ("given", "given_sound", "family", "family_sound")


@dataclass(slots=True)
class Statistics:
    """Counts by field, and spread-out samples of names for the chance of being merely alike."""

    customers: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in _PRIORS})
    totals: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _SAMPLED})
    cache: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    _unique: dict[str, float] = field(default_factory=dict)
    _alike: dict[tuple[str, str, float], float] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[Record]) -> Statistics:
        """The counts of these customers."""
        made = cls()
        for record in records:
            made.customers += 1
            for name, value in _values(record):
                made.counts[name][value] += 1
                made.totals[name] += 1
        for name in _SAMPLED:
            made.samples[name] = _spread(made.counts[name])
        return made

    def chance(self, name: str, value: str) -> float:
        """The probability that a stranger has this value; the customer who has it is not counted."""
        prior = _PRIORS[name] * _PRIOR_WEIGHT
        return (max(self.counts[name][value] - 1, 0) + prior) / (self.totals[name] + _PRIOR_WEIGHT)

    def share(self, name: str, value: str) -> float:
        """The share of customers who have this value, the one at hand not counted; zero for one never seen."""
        return max(self.counts[name][value] - 1, 0) / (self.totals[name] + _PRIOR_WEIGHT)

    def unique(self, name: str) -> float:
        """The share of customers whose value nobody else has; nearly all of them while there are few customers."""
        found = self._unique.get(name)
        if found is None:
            alone = sum(1 for count in self.counts[name].values() if count == 1)
            found = self._unique[name] = (alone + _PRIOR_WEIGHT) / (self.totals[name] + _PRIOR_WEIGHT)
        return found

    def chance_alike(self, name: str, value: str, least: float) -> float:
        """The probability that a stranger's name is at least as similar (Jaro-Winkler) to this one, never less than
        that of bearing it."""
        return self._of_sample(name, value, least)

    def chance_of_typo(self, name: str, value: str) -> float:
        """The probability that a stranger's name is this one or one typing error away from it."""
        return self._of_sample(name, value, 1)

    def _of_sample(self, name: str, value: str, bound: float) -> float:
        key = (name, value, bound)
        found = self._alike.get(key)
        if found is None:
            scorer: Any = OSA.distance if bound == 1 else JaroWinkler.normalized_similarity
            sample = self.samples[name]
            alike = len(extract(value, sample, scorer=scorer, score_cutoff=bound, limit=None, processor=None))
            prior = 2 * _PRIORS[name] * _PRIOR_WEIGHT
            estimate = (alike * self._thinned(name) + prior) / (self.totals[name] + _PRIOR_WEIGHT)
            found = self._alike[key] = max(estimate, self.chance(name, value))
        return found

    def _thinned(self, name: str) -> float:
        return self.totals[name] / max(len(self.samples[name]), 1)


def _values(record: Record) -> Iterator[tuple[str, str]]:
    for name, parts in (("given", record.name.given), ("family", record.name.family)):
        for part in parts:
            yield name, part.text
        yield from ((f"{name}_sound", sound) for sound in {part.sound for part in parts})
    if record.born:
        yield "born", record.born
    if record.postcode:
        yield "postal_code", record.postcode
    if record.city:
        yield "city", record.city.sound
    if record.street:
        yield from (("street", line.sound) for line in record.street.lines)
        yield from (("number", number) for number in record.street.numbers)
    yield from (("phone", phone) for phone in record.phones)
    yield from (("email", email) for email in record.emails)


def _spread(counts: Counter[str]) -> list[str]:
    """Names as often as customers bear them, thinned evenly in alphabetical order."""
    names = [name for name in sorted(counts) for _ in range(counts[name])]
    step = max(len(names) / _SAMPLE, 1.0)
    return [names[int(index * step)] for index in range(int(len(names) / step))]
