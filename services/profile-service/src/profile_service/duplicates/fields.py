"""What each field of two customers says: one person against strangers, and relatives against strangers."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log
from typing import Final, NamedTuple

from profile_service.duplicates.comparison import (
    birth_level,
    email_level,
    line_level,
    name_level,
    phone_level,
    postcode_level,
)
from profile_service.duplicates.domain import Level
from profile_service.duplicates.names import Part
from profile_service.duplicates.records import Record
from profile_service.duplicates.statistics import CLOSE, NEAR, Statistics
from profile_service.duplicates.weights import DIFFERENT, MOVED, ONE_HOUSEHOLD, RELATED, SAME, SWAPPED

__all__ = ["Finding", "address", "birth", "contacts", "names", "strong"]

_TYPO_IS_A_NAME: Final = 0.01
_VARIANT_IS_A_NAME: Final = 0.2
"""How often an error makes just the other name: `Hamid` and `Hamed`, both well known, are two names and not a slip."""

_SLIPS: Final = frozenset({Level.TYPO, Level.SOUND, Level.CLOSE, Level.NEAR, Level.OTHER_SCRIPT_CLOSE})
_SAME_INITIAL: Final = 0.08
_BORN_BY_CHANCE: Final = {Level.SWAPPED: 1 / 20_000, Level.TYPO: 1 / 800, Level.TWO_OF_THREE: 1 / 200}
_PHONE_TYPO_BY_CHANCE: Final = 1e-4
_EMAIL_ALIKE_BY_CHANCE: Final = 1e-3
_CERTAIN: Final = log(1e6)
_CACHED: Final = 200_000


class Finding(NamedTuple):
    """How one field agrees; `field` is a name of the API, the weights are natural logarithms."""

    field: str
    level: Level
    similarity: float
    same: float
    related: float


def names(one: Record, other: Record, known: Statistics) -> list[Finding]:
    """Given and family name, straight or swapped, whichever speaks more for one person."""
    straight = [
        finding
        for finding in (
            _part("given", one.name.given, other.name.given, known),
            _part("family", one.name.family, other.name.family, known),
        )
        if finding
    ]
    if sum(finding.same for finding in straight) > 0:
        return straight
    swapped = _swapped(one, other, known)
    if swapped and sum(finding.same for finding in swapped) > sum(finding.same for finding in straight):
        return swapped
    return straight


def _swapped(one: Record, other: Record, known: Statistics) -> list[Finding]:
    """One of the two records holds the parts the wrong way round. Which of them is not known, so for relatives the
    part that agrees better counts as the family name."""
    crossed = [
        (_part("given", one.name.given, other.name.family, known), one.name.given, other.name.family),
        (_part("family", one.name.family, other.name.given, known), one.name.family, other.name.given),
    ]
    found = [(finding, ones, others) for finding, ones, others in crossed if finding]
    if not found:
        return []
    found.sort(key=lambda each: -each[0].same)
    penalty = log(SWAPPED)
    findings = []
    for role, (finding, ones, others) in zip(("family", "given"), found, strict=False):
        as_role = _part(role, ones, others, known) or finding
        findings.append(
            finding._replace(level=Level.SWAPPED, same=as_role.same + penalty, related=as_role.related + penalty)
        )
        penalty = 0.0
    return findings


def _part(name: str, ones: tuple[Part, ...], others: tuple[Part, ...], known: Statistics) -> Finding | None:
    if len(ones) == len(others) == 1:
        return _named(name, ones[0], others[0], known)
    found = [_named(name, one, other, known) for one in ones for other in others]
    return max(found, key=lambda finding: finding.same) if found else None


def _named(name: str, one: Part, other: Part, known: Statistics) -> Finding:
    key = (name, one.text, other.text)
    found: Finding | None = known.cache.get(key)
    if found is None:
        if len(known.cache) > _CACHED:
            known.cache.clear()
        level, similarity = name_level(one, other)
        chance = _chance_of(name, level, one, other, known)
        same = SAME[name][level] / _slip(name, level, one, other, known)
        if level in DIFFERENT:
            related = 1.0 - (RELATED["family"] if name == "family" else 0.0)
        else:
            related = RELATED[name] * (same if name == "family" else 1.0) + chance
        found = known.cache[key] = Finding(f"name.{name}", level, similarity, log(same / chance), log(related / chance))
    return found


def _slip(name: str, level: Level, one: Part, other: Part, known: Statistics) -> float:
    """The share of pairs among which the errors of a level are counted: a name that nobody else bears was probably
    mistyped, and then the records of one person cannot agree exactly. Where most names are rare it proves nothing."""
    if level not in _SLIPS:
        return 1.0
    column, exact = (f"{name}_sound", Level.OTHER_SCRIPT) if level is Level.OTHER_SCRIPT_CLOSE else (name, Level.EXACT)
    values = (one.sound, other.sound) if level is Level.OTHER_SCRIPT_CLOSE else (one.text, other.text)
    if min(known.share(column, value) for value in values) > 0:
        return 1.0
    return max(1.0 - SAME[name][exact], known.unique(column))


def _chance_of(name: str, level: Level, one: Part, other: Part, known: Statistics) -> float:
    """How probable it is that a stranger's name agrees on this level."""
    if level in DIFFERENT:
        return 1.0
    if level is Level.EXACT:
        return known.chance(name, one.text)
    if level is Level.INITIAL:
        return _SAME_INITIAL
    sounds = f"{name}_sound"
    if level is Level.OTHER_SCRIPT:
        return max(known.chance(sounds, part.sound) for part in (one, other))
    if level is Level.OTHER_SCRIPT_CLOSE:
        return max(known.chance_of_typo(sounds, part.sound) for part in (one, other))
    return min(_chance_of_alike(name, level, one, other, known), 1.0)


def _chance_of_alike(name: str, level: Level, one: Part, other: Part, known: Statistics) -> float:
    rarer = min(known.share(name, one.text), known.share(name, other.text))
    if level is Level.SOUND:
        sounds = max(known.chance(f"{name}_sound", part.sound) for part in (one, other))
        return max(sounds, rarer / _VARIANT_IS_A_NAME)
    if level is Level.TYPO:
        alike = max(known.chance_of_typo(name, part.text) for part in (one, other))
    else:
        least = CLOSE if level is Level.CLOSE else NEAR
        alike = max(known.chance_alike(name, part.text, least) for part in (one, other))
    return max(alike, rarer / _TYPO_IS_A_NAME)


def birth(one: Record, other: Record, known: Statistics) -> Iterator[Finding]:
    """The birth date; relatives agree on it by chance alone (twins are a class of their own)."""
    if one.born and other.born:
        level, similarity = birth_level(one.born, other.born)
        chance = known.chance("born", one.born) if level is Level.EXACT else _BORN_BY_CHANCE.get(level, 1.0)
        yield Finding("birth_date", level, similarity, log(SAME["born"][level] / chance), 0.0)


def contacts(one: Record, other: Record, known: Statistics) -> Iterator[Finding]:
    """The phones and the mailboxes that agree best."""
    if one.phones and other.phones:
        found = max((*phone_level(a, b)[::-1], a) for a in one.phones for b in other.phones)
        yield _contact("phone", found, _PHONE_TYPO_BY_CHANCE, known)
    if one.emails and other.emails:
        found = max((*email_level(a, b)[::-1], a) for a in one.emails for b in other.emails)
        yield _contact("email", found, _EMAIL_ALIKE_BY_CHANCE, known)


def _contact(name: str, found: tuple[float, Level, str], alike: float, known: Statistics) -> Finding:
    similarity, level, value = found
    shared = RELATED[name]
    if level is Level.DIFFERENT:
        return Finding(name, level, similarity, log(SAME[name][level]), log(1 - shared))
    exact = level is Level.EXACT
    chance = known.chance(name, value) if exact else alike
    related = log((shared + chance) / chance) if exact else 0.0
    return Finding(name, level, similarity, log(SAME[name][level] / chance), related)


def strong(one: Record, other: Record) -> Iterator[Finding]:
    """The same national or organisation id is certain, however it came to be there twice."""
    for type_, values in one.strong.items():
        if not values.isdisjoint(other.strong.get(type_, ())):
            yield Finding(type_, Level.EXACT, 1.0, _CERTAIN, 0.0)


def address(one: Record, other: Record, known: Statistics) -> list[Finding]:
    """People move: the address as a whole agrees field by field, or was changed and says next to nothing."""
    found = [*_street(one, other, known), *_area(one, other, known)]
    if not found:
        return []
    first, *others = found
    same = _stayed_or_moved(sum(finding.same for finding in found), MOVED["same"])
    related = _stayed_or_moved(sum(finding.related for finding in found), MOVED["related"])
    same -= sum(finding.same for finding in others)
    related -= sum(finding.related for finding in others)
    return [first._replace(same=same, related=related), *others]


def _stayed_or_moved(weight: float, moved: float) -> float:
    return log((1 - moved) * exp(weight) + moved)


def _street(one: Record, other: Record, known: Statistics) -> list[Finding]:
    if one.street is None or other.street is None:
        return []
    lines, others = one.street.lines, other.street.lines
    found = [_line(index, *pair, known) for index, pair in enumerate(zip(lines, others, strict=False), start=1)]
    if max(len(lines), len(others)) > 1 and any(finding.level in DIFFERENT for finding in found):
        crossed = [_line(index, a, b, known) for index, (a, b) in enumerate(zip(lines, others[::-1], strict=False), 1)]
        found = max(found, crossed, key=lambda each: sum(finding.same for finding in each))
    if one.street.numbers and other.street.numbers:
        shared = one.street.numbers & other.street.numbers
        level = Level.EXACT if shared else Level.DIFFERENT
        chance = max((known.chance("number", number) for number in shared), default=1.0)
        found.append(_placed("number", level, float(bool(shared)), chance))
    return found


def _line(index: int, one: Part, other: Part, known: Statistics) -> Finding:
    key = (f"line{index}", one.text, other.text)
    found: Finding | None = known.cache.get(key)
    if found is None:
        level, similarity = line_level(one, other)
        chance = max(known.chance("street", one.sound), known.chance("street", other.sound))
        chance = {Level.EXACT: chance, Level.CLOSE: 2 * chance, Level.OTHER_SCRIPT: 2 * chance}.get(level, 1.0)
        found = known.cache[key] = _placed(f"line{index}", level, similarity, chance)
    return found


def _area(one: Record, other: Record, known: Statistics) -> list[Finding]:
    """Postcode and city say the same thing twice: the one that says more counts, the other only when it disagrees."""
    found = [*_postcode(one, other, known), *_city(one, other, known)]
    if len(found) < 2:
        return found
    most, least = sorted(found, key=lambda finding: -finding.same)
    return [most, least._replace(same=min(least.same, 0.0), related=min(least.related, 0.0))]


def _postcode(one: Record, other: Record, known: Statistics) -> Iterator[Finding]:
    if one.postcode and other.postcode:
        level, similarity = postcode_level(one.postcode, other.postcode)
        frequency = known.chance("postal_code", one.postcode)
        chance = {Level.EXACT: frequency, Level.TYPO: min(10 * frequency, 0.05)}.get(level, 1.0)
        yield _placed("postal_code", level, similarity, chance)


def _city(one: Record, other: Record, known: Statistics) -> Iterator[Finding]:
    if one.city is None or other.city is None:
        return
    key = ("city", one.city.text, other.city.text)
    found: Finding | None = known.cache.get(key)
    if found is None:
        level, similarity = name_level(one.city, other.city)
        chance = max(known.chance("city", one.city.sound), known.chance("city", other.city.sound))
        found = known.cache[key] = _placed("city", level, similarity, 1.0 if level in DIFFERENT else chance)
    yield found


def _placed(column: str, level: Level, similarity: float, chance: float) -> Finding:
    same = SAME[column][level]
    exact, inexact = ONE_HOUSEHOLD
    together = exact if level is Level.EXACT else same if level in _OTHER_SCRIPT else inexact
    return Finding(f"address.{column}", level, similarity, log(same / chance), log(together / chance))


_OTHER_SCRIPT: Final = frozenset({Level.OTHER_SCRIPT, Level.OTHER_SCRIPT_CLOSE, Level.OTHER_SCRIPT_DIFFERENT})
