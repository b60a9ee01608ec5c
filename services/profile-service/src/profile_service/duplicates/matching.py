"""The probability that two customers are one person.

Fellegi and Sunter ("A theory for record linkage", JASA 64, 1969) with agreement levels and term frequencies, and with
one class of pairs more than the usual two. Strangers agree by chance; *relatives* (people of one household: couples,
parents and children, twins) agree on family name, address and phone because they live together, which a model of two
classes takes for a match. Each field has a likelihood in every class:

* M, the same person: the error rates in `_SAME`;
* R, relatives, and T, twins, who share the birth date as well;
* U, strangers: the frequency of the value among the customers (`statistics`).

Weights are natural logarithms of M:U, R:U and T:U. The score is the posterior of M.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Final

from profile_service.duplicates.fields import Finding, address, birth, contacts, names, strong
from profile_service.duplicates.records import Record
from profile_service.duplicates.statistics import Statistics

__all__ = ["MODEL_VERSION", "THRESHOLD", "Priors", "Weighed", "classes", "posterior", "vetoed", "weigh"]

MODEL_VERSION: Final = 1
THRESHOLD: Final = 0.9
"""The posterior from which a pair is suggested: the one constant between the model and a clerk's list."""

_RELATIVES_AT_LEAST: Final = 0.05
_TWINS: Final = 0.0005

_OF_TWINS: Final = frozenset({"birth_date", "name.family"})
"""What twins share as surely as one person does."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair: the weights of M:U, R:U and T:U, and what they are made of."""

    same: float
    related: float
    twins: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Priors:
    """How often a pair of customers is one person, two relatives, or twins, before anything about it is known."""

    same: float
    related: float
    twins: float

    @classmethod
    def expected(cls, customers: int) -> Priors:
        """One customer in ten has a duplicate, and everybody lives with one other customer."""
        return cls.of(0.1, 0.5, customers)

    @classmethod
    def of(cls, same: float, related: float, customers: int) -> Priors:
        """From pairs per customer.

        Twins cannot be learned: but for the given name they look like duplicates. One delivery in eighty is of twins
        (Monden, Pison, Smits, Human Reproduction 36, 2021), and few of them are both customers under one address.
        Relatives are never held for rare: few of them so far is no proof that the next pair is not father and son.
        """
        each = 2.0 / max(customers, 50)
        return cls(same * each, max(related, _RELATIVES_AT_LEAST) * each, _TWINS * each)

    def rates(self, customers: int) -> tuple[float, float]:
        """Pairs per customer that are one person, and that are relatives: what `of` was given."""
        each = 2.0 / max(customers, 50)
        return self.same / each, self.related / each


def vetoed(one: Record, other: Record) -> bool:
    """Whether nothing may make these two one: a person and an organisation, or two different national (or
    organisation) ids."""
    if one.is_person != other.is_person:
        return True
    return any(values.isdisjoint(other.strong[type_]) for type_, values in one.strong.items() if type_ in other.strong)


def posterior(weighed: Weighed, priors: Priors) -> float:
    """The probability that the pair is one customer, 0 … 1."""
    return classes(weighed, priors)[0] if corroborated(weighed.findings) else 0.0


def classes(weighed: Weighed, priors: Priors) -> tuple[float, float, float]:
    """The probabilities of one person, relatives, and twins; what is missing to one are strangers."""
    top = max(weighed.same, weighed.related, weighed.twins, 0.0)
    same = priors.same * exp(weighed.same - top)
    related = priors.related * exp(weighed.related - top)
    twins = priors.twins * exp(weighed.twins - top)
    total = same + related + twins + exp(-top)
    return same / total, related / total, twins / total


def corroborated(findings: tuple[Finding, ...]) -> bool:
    """Whether more than one kind of fact speaks for the pair: a rare name alone, or a shared phone alone, is never
    enough, because names run in communities and phones in families."""
    for_it = {_KIND[finding.field] for finding in findings if finding.same > 1.0}
    return len(for_it) > 1 or "id" in for_it


_KIND: Final = {
    "name.given": "name",
    "name.family": "name",
    "birth_date": "birth",
    "phone": "contact",
    "email": "email",
    "address.postal_code": "address",
    "address.line1": "address",
    "address.line2": "address",
    "address.number": "address",
    "address.city": "address",
    "national_id": "id",
    "organization_id": "id",
}


def weigh(one: Record, other: Record, known: Statistics) -> Weighed:
    """Compares two customers field by field; a field that one of them lacks says nothing."""
    findings = [*names(one, other, known), *birth(one, other, known), *contacts(one, other, known)]
    findings += [*address(one, other, known), *strong(one, other)]
    same = related = twins = 0.0
    for finding in findings:
        same += finding.same
        related += finding.related
        twins += finding.same if finding.field in _OF_TWINS else finding.related
    return Weighed(same, related, twins, tuple(findings))
