"""A sample: customers, corrupted copies of some, and which are which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any, Final

from benchmarks.linkage.corruption import corrupted
from benchmarks.linkage.people import body_of, people

__all__ = ["Sample", "sample"]

_INCOMPLETE: Final = (("phone", 0.05), ("email", 0.25))


@dataclass(frozen=True)
class Sample:
    """`bodies` in the order they are posted, `persons` the human being behind each."""

    bodies: list[dict[str, Any]]
    persons: list[int]

    def truth(self) -> set[tuple[int, int]]:
        """The pairs of places that are one person."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place, person in enumerate(self.persons):
            places[person].append(place)
        return {pair for group in places.values() for pair in combinations(sorted(group), 2)}


def sample(originals: int, copies: int, seed: int) -> Sample:
    """Everybody once, and that many second (now and then third) records, shuffled among them."""
    random = Random(seed * 7919)
    everybody = people(originals, seed)
    rows: list[tuple[dict[str, Any], int]] = []
    scripts = []
    for index, person in enumerate(everybody):
        latin = not person.iranian or random.random() < 0.3
        scripts.append(latin)
        body = body_of(person, latin=latin, random=random)
        for type_, share in _INCOMPLETE:
            if random.random() < share:
                body["identifiers"] = [each for each in body["identifiers"] if each["type"] != type_]
        rows.append((body, index))
    for _ in range(copies):
        index = random.randrange(originals)
        rows.append((corrupted(everybody[index], scripts[index], random), index))
    random.shuffle(rows)
    return Sample([body for body, _ in rows], [index for _, index in rows])
