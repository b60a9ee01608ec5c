"""The matcher on a sample with known truth; the whole one, beside splink, is `make bench` (D1)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from benchmarks.linkage.sample import sample
from hamdel.text import unify
from profile_service.duplicates.records import Raw, record_of
from profile_service.duplicates.search import search


def raw(place: int, body: dict[str, Any]) -> Raw:
    """A body of POST /v1/customers as it is stored; ids are places."""
    name, born = body["name"], body["birth_date"]
    return Raw(
        UUID(int=place),
        body["kind"],
        ((name["given"], name["family"], None),),
        date.fromisoformat(born) if born else None,
        body["address"],
        tuple((each["type"], unify(each["value"]).casefold()) for each in body["identifiers"]),
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
def test_six_hundred_corrupted_copies_are_found_and_nobody_else(seed: int) -> None:
    made = sample(2_000, 600, seed)
    truth = made.truth()
    found = search([record_of(raw(place, body)) for place, body in enumerate(made.bodies)])
    pairs = {(each.a.int, each.b.int) for each in found.suggestions}
    right = len(pairs & truth)
    assert right / len(pairs) >= 0.995
    assert right / len(truth) >= 0.97
