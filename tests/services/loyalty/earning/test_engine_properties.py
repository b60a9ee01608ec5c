"""What holds of the engine whatever the rules say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from loyalty_service.earning.engine import Purchase, Standing, points_by_rule
from loyalty_service.earning.reckoning import Reckoner
from loyalty_service.earning.rules import Versions, in_force
from tests.services.loyalty.earning.asking import PROGRAM, SUNDAY, line, purchase, rule

amounts = some.decimals(0, 10_000, places=2).map(str)
factors = some.decimals(0, 5, places=2).map(str)
caps = some.fixed_dictionaries(
    {}, optional={name: some.integers(1, 500) for name in ("per_purchase", "per_day", "per_member")}
)
terms = some.fixed_dictionaries(
    {
        "points": some.integers(1, 20),
        "per": some.decimals(Decimal("0.01"), 100, places=2).map(lambda one: {"amount": str(one), "currency": "USD"}),
        "rounding": some.sampled_from(["floor", "half_up", "ceil"]),
    },
    optional={
        "cap": caps,
        "category": some.sampled_from(["books", "toys"]),
        "multipliers": some.fixed_dictionaries(
            {"weekdays": some.dictionaries(some.sampled_from(["sun", "mon"]), factors)}
        ),
    },
)
lines = some.lists(some.builds(line, some.sampled_from(["books", "toys"]), amounts, some.integers(1, 3)), max_size=4)


def total(rules: list[dict[str, Any]], bought: Purchase, **program: Any) -> int:
    known = [rule(f"rule-{number}", **each) for number, each in enumerate(rules)]
    earned = points_by_rule(replace(PROGRAM, **program), known, bought, Standing())
    return sum(one.points for one in earned)


@given(some.lists(terms, max_size=4), lines, amounts, amounts)
def test_who_pays_more_never_earns_less(
    rules: list[dict[str, Any]], bought: list[dict[str, Any]], one: str, other: str
) -> None:
    less, more = sorted([one, other], key=Decimal)

    assert total(rules, purchase(less, *bought)) <= total(rules, purchase(more, *bought))


@given(some.lists(terms, max_size=4), lines, amounts)
def test_stacking_never_gives_less_than_the_best_rule(
    rules: list[dict[str, Any]], bought: list[dict[str, Any]], amount: str
) -> None:
    asked = purchase(amount, *bought)

    assert total(rules, asked) >= total(rules, asked, stacking="best_of") >= 0


@given(
    caps,
    some.lists(some.tuples(amounts, some.integers(0, 60), some.sampled_from([4, 5])), max_size=12),
    some.sampled_from(["stack", "best_of"]),
)
def test_caps_are_never_exceeded(cap: dict[str, int], told: list[tuple[str, int, int]], stacking: Any) -> None:
    program = replace(PROGRAM, stacking=stacking)
    versions = [Versions(code, ((None, rule(code, cap=cap)),)) for code in ("a", "b")]
    reckoner = Reckoner(program, versions)
    given_points: dict[tuple[Any, ...], int] = {}
    for amount, hours, customer in told:
        at, who = SUNDAY + timedelta(hours=hours), UUID(int=customer)
        reckoning = reckoner.reckon(purchase(amount, occurred_at=at, customer_id=who))
        for code, points in ((one.rule.code, one.points) for one in reckoning.earned) if reckoning else ():
            assert points <= cap.get("per_purchase", points)
            for key in ((who, code), (who, code, at.date())):
                given_points[key] = given_points.get(key, 0) + points

    most = {2: cap.get("per_member", 10**9), 3: cap.get("per_day", 10**9)}
    assert all(points <= most[len(key)] for key, points in given_points.items())


@given(amounts, some.integers(1, 20), some.decimals(Decimal("0.01"), 100, places=2), factors)
def test_full_amounts_are_counted_as_fractions_count_them(amount: str, points: int, per: Decimal, factor: str) -> None:
    terms = {"points": points, "per": {"amount": str(per), "currency": "USD"}, "rounding": "floor"}

    earned = total([terms | {"multipliers": {"weekdays": {"sun": factor}}}], purchase(amount))

    assert earned == floor(floor(Fraction(amount) / Fraction(per)) * points * Fraction(factor))


@given(some.lists(some.integers(-100, 100), max_size=6), some.integers(-120, 120))
def test_the_newest_version_that_had_begun_is_in_force(begins: list[int], asked: int) -> None:
    starts: list[int | None] = [None, *begins]
    known = [
        (None if day is None else SUNDAY + timedelta(days=day), replace(rule(), version=number))
        for number, day in enumerate(starts, 1)
    ]
    moment = SUNDAY + timedelta(days=asked)

    (found,) = in_force([Versions("base", known[::-1])], moment, ["per_amount"])

    assert found.version == max(number for number, day in enumerate(starts, 1) if day is None or day <= asked)


def test_a_rule_that_was_taken_back_gives_nothing_until_it_is_written_again() -> None:
    dates = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    versions = Versions("base", ((dates[2], rule()), (dates[1], None), (None, rule())))
    moments = [dates[1] - timedelta.resolution, dates[1], dates[2]]

    assert [len(in_force([versions], at, ["per_amount"])) for at in moments] == [1, 0, 1]
