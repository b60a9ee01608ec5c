"""Pairs of customers as record linkage sees them, and the score of a pair among a few hundred strangers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from profile_service.duplicates.matching import Priors, posterior, vetoed, weigh
from profile_service.duplicates.records import Raw, Record, record_of
from profile_service.duplicates.statistics import Statistics

GIVEN = ("Ali", "Reza", "Maryam", "Zahra", "Hassan", "Leila", "John", "Emma", "Hamid", "Hamed")
FAMILIES = ("Karimi", "Moradi", "Smith", "Jones", "Rezaei", "Ahmadi", "Brown", "Taylor", "Nouri", "Amini")
HOME = {"line1": "12 Hafez Street", "city": "Shiraz", "postal_code": "7134512345"}
ELSEWHERE = {"line1": "240 Station Road", "city": "Tehran", "postal_code": "1199812345"}


def customer(
    given: str | None = "Farhad",
    family: str | None = "Golestani",
    *,
    born: str | None = "1984-03-27",
    phone: str | None = None,
    email: str | None = None,
    address: dict[str, Any] | None = None,
    kind: str = "person",
    display: str | None = None,
    other: tuple[str | None, str | None, str | None] = (None, None, None),
    number: int = 1,
    national_id: str | None = None,
    organization_id: str | None = None,
) -> Record:
    """A customer; identifiers are in their canonical form."""
    known = {"phone": phone, "email": email, "national_id": national_id, "organization_id": organization_id}
    return record_of(
        Raw(
            UUID(int=number),
            kind,
            ((given, family, display), other),
            date.fromisoformat(born) if born else None,
            address,
            tuple((type_, value) for type_, value in known.items() if value),
        )
    )


@cache
def strangers() -> tuple[Record, ...]:
    """Five hundred other customers: what is common among them, and that most values are not."""
    return tuple(
        customer(
            GIVEN[index % 10],
            FAMILIES[index // 10 % 10],
            born=(date(1950, 1, 1) + timedelta(days=37 * index)).isoformat(),
            phone=f"+98912{index:07}",
            address={"line1": f"{index} Street {index % 50}", "city": "Shiraz", "postal_code": f"71{index:08}"},
            number=1_000 + index,
        )
        for index in range(500)
    )


def score(one: Record, other: Record, among: Sequence[Record] | None = None) -> float:
    """The probability that the two are one person, 0 for vetoed ones."""
    everybody = [*(strangers() if among is None else among), one, other]
    if vetoed(one, other):
        return 0.0
    return posterior(weigh(one, other, Statistics.of(everybody)), Priors.expected(len(everybody)))
