"""Made-up customers as the bodies of POST /v1/customers: two populations, households, twins, fathers and sons."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final, TypeVar

from benchmarks.linkage.lexicon import (
    CITIES,
    ENGLISH_FAMILIES,
    ENGLISH_GIVEN,
    FAMILIES,
    GIVEN,
    STREETS,
    SUBURBS,
    Spelled,
)

__all__ = ["Person", "body_of", "people"]

T = TypeVar("T")

_IRANIAN: Final = 0.6
_MAIL: Final = ("gmail.com", "yahoo.com", "outlook.com", "chmail.ir", "mail.com")
_IRANIAN_MOBILE: Final = ("901", "902", "910", "912", "913", "914", "915", "917", "935", "936", "938")
_ROADS: Final = ("Street", "Road", "Avenue", "Lane", "Drive", "Court")
_SCHWA: Final = 0.8


@dataclass
class Person:
    """A human being: what is true, from which a record is written. `given` and `family` hold every spelling."""

    iranian: bool
    gender: str
    given: Spelled
    family: Spelled
    born: date
    phone: str
    email: str
    address: dict[str, str]
    latin_address: dict[str, str]
    national_id: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def people(count: int, seed: int) -> list[Person]:
    """That many people; about half of them share a household with others. The same seed gives the same people."""
    random = Random(seed)
    found: list[Person] = []
    while len(found) < count:
        found += _household(random)
    return found[:count]


def body_of(person: Person, *, latin: bool, random: Random) -> dict[str, Any]:
    """The record of a person in one script, all fields filled in."""
    given = random.choice(person.given[1]).title() if latin else person.given[0]
    family = random.choice(person.family[1]).title() if latin else person.family[0]
    identifiers = [{"type": "phone", "value": person.phone}, {"type": "email", "value": person.email}]
    if person.national_id:
        identifiers.append({"type": "national_id", "value": person.national_id})
    return {
        "kind": "person",
        "name": {"given": given, "family": family},
        "birth_date": person.born.isoformat(),
        "address": dict(person.latin_address if latin else person.address),
        "identifiers": identifiers,
    }


def _zipf(random: Random, values: Sequence[T]) -> T:
    weights = list(itertools.accumulate((rank + 3) ** -_SCHWA for rank in range(len(values))))
    return values[bisect.bisect(weights, random.random() * weights[-1])]


def _household(random: Random) -> list[Person]:
    """One to five people. In Iran a wife keeps her name; elsewhere most take the husband's."""
    iranian = random.random() < _IRANIAN
    first = _person(random, iranian, random.choice(("male", "female")), _birth(random, 1940, 2000))
    if random.random() < 0.55:
        return [first]
    partner = _person(random, iranian, "female" if first.gender == "male" else "male", _near(random, first.born))
    if not iranian and random.random() < 0.7:
        partner.family = first.family
    members = [first, partner]
    for _ in range(random.choice((0, 0, 1, 1, 2, 3))):
        members.append(_child(random, first, members))
    for member in members[1:]:
        _move_in(random, member, first)
    return members


def _child(random: Random, parent: Person, family: Sequence[Person]) -> Person:
    """Now and then a twin of the child before, or a son with the name of his father; else with a name of its own."""
    elder = family[-1]
    gender = random.choice(("male", "female"))
    twin = elder.born.year > parent.born.year + 18 and random.random() < 0.03
    born = elder.born if twin else _birth(random, parent.born.year + 20, min(parent.born.year + 40, 2008))
    child = _person(random, parent.iranian, gender, born)
    child.family = parent.family
    while child.given in [member.given for member in family]:
        child.given = _name(random, parent.iranian, gender)[0]
    if gender == parent.gender == "male" and random.random() < 0.02:
        child.given = parent.given
    return child


def _move_in(random: Random, member: Person, first: Person) -> None:
    member.address, member.latin_address = dict(first.address), dict(first.latin_address)
    if random.random() < 0.3:
        member.phone = first.phone
    if random.random() < 0.05:
        member.email = first.email


def _person(random: Random, iranian: bool, gender: str, born: date) -> Person:
    given, family = _name(random, iranian, gender)
    address, latin_address = _iranian_address(random) if iranian else _english_address(random)
    subscriber = f"{random.randrange(10**8):08}"
    phone = f"+98{random.choice(_IRANIAN_MOBILE)}{subscriber[1:]}" if iranian else f"+614{subscriber}"
    mailbox = random.choice(
        (
            f"{given[1][0]}.{family[1][0]}{random.randrange(100)}",
            f"{given[1][0][0]}{family[1][0]}{random.randrange(1000)}",
            f"{family[1][0]}_{born.year}_{random.randrange(100)}",
        )
    )
    mailbox = mailbox.replace(" ", "").replace("'", "")
    national_id = _national_id(random) if iranian and random.random() < 0.4 else None
    email = f"{mailbox}@{random.choice(_MAIL)}"
    return Person(iranian, gender, given, family, born, phone, email, address, latin_address, national_id)


def _name(random: Random, iranian: bool, gender: str) -> tuple[Spelled, Spelled]:
    if iranian:
        return _zipf(random, GIVEN[gender]), _zipf(random, FAMILIES)
    given, family = _zipf(random, ENGLISH_GIVEN[gender]), _zipf(random, ENGLISH_FAMILIES)
    return (given.title(), (given,)), (family.title(), (family,))


def _birth(random: Random, first: int, last: int) -> date:
    return date(random.randint(first, max(first, last)), 1, 1) + timedelta(days=random.randrange(365))


def _near(random: Random, born: date) -> date:
    return born + timedelta(days=random.randint(-2500, 2500))


def _iranian_address(random: Random) -> tuple[dict[str, str], dict[str, str]]:
    city, street, alley = random.choice(CITIES), random.choice(STREETS), random.choice(STREETS)
    number, unit = random.randint(1, 180), random.randint(1, 12)
    common = {"postal_code": f"{random.randrange(11111, 99999)}{random.randrange(11111, 99999)}", "country": "IR"}
    persian = {
        "line1": f"خیابان {street[0]} کوچه {alley[0]} پلاک {number} واحد {unit}".replace("_", " "),
        "city": city[0],
    }
    latin = {
        "line1": f"{random.choice(street[1])} St, {random.choice(alley[1])} Alley, No {number}, Unit {unit}".title(),
        "city": random.choice(city[1]).title(),
    }
    return {**persian, **common}, {**latin, **common}


def _english_address(random: Random) -> tuple[dict[str, str], dict[str, str]]:
    suburb = random.choice(SUBURBS)
    street = f"{random.choice(ENGLISH_FAMILIES).title()} {random.choice(_ROADS)}"
    address = {
        "line1": f"{random.randint(1, 250)} {street}",
        "city": suburb.title(),
        "region": random.choice(("VIC", "NSW", "QLD", "SA")),
        "postal_code": str(2000 + SUBURBS.index(suburb) * 37 % 6000),
        "country": "AU",
    }
    return address, dict(address)


def _national_id(random: Random) -> str:
    """Ten digits with the check digit of Iran's civil registry."""
    digits = [random.randrange(10) for _ in range(9)]
    rest = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return "".join(map(str, digits)) + str(rest if rest < 2 else 11 - rest)
