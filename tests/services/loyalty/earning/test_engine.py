"""The engine against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalty_service.earning.engine import Purchase, Standing, Used, points_by_rule, points_for_event
from loyalty_service.earning.rules import Rule
from tests.services.loyalty.earning.asking import PROGRAM, SUNDAY, line, purchase, rule

TEN = {"per": {"amount": "10.00", "currency": "USD"}}
BOOKS, TOYS = line("books", "12.50", 2), line("toys", "30.00")
TO_MONDAY = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}


def points(asked: Rule, bought: Purchase, standing: Standing | None = None, **program: Any) -> int:
    found = points_by_rule(replace(PROGRAM, **program), [asked], bought, standing or Standing())
    return sum(one.points for one in found)


@pytest.mark.parametrize(
    ("total", "terms", "expected"),
    [
        ("77.00", {}, 77),
        ("77.99", {}, 77),
        ("0.99", {}, 0),
        ("0.00", {}, 0),
        ("150.00", {"points": 10, "per": {"amount": "100", "currency": "USD"}}, 10),
        ("199.99", {"points": 10, "per": {"amount": "100", "currency": "USD"}}, 10),
        ("200.00", {"points": 10, "per": {"amount": "100", "currency": "USD"}}, 20),
        ("0.30", {"per": {"amount": "0.10", "currency": "USD"}}, 3),
        ("14.99", TEN | {"rounding": "half_up"}, 1),
        ("15.00", TEN | {"rounding": "half_up"}, 2),
        ("10.01", TEN | {"rounding": "ceil"}, 2),
        ("10.00", TEN | {"rounding": "ceil"}, 1),
        ("0.00", TEN | {"rounding": "ceil"}, 0),
        ("999999999999999.9999", {"per": {"amount": "0.0001", "currency": "USD"}}, 10**12),
    ],
)
def test_points_are_given_for_each_amount(total: str, terms: dict[str, Any], expected: int) -> None:
    assert points(rule(**terms), purchase(total)) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"category": "books"}, 25),
        ({"sku": "sku-toys"}, 30),
        ({"exclusions": {"categories": ["toys"]}}, 25),
        ({"exclusions": {"skus": ["sku-books"]}}, 30),
        ({"category": "books", "exclusions": {"skus": ["sku-books"]}}, 0),
        ({"category": "games"}, 0),
        ({"kind": "per_item", "per": None, "points": 5}, 15),
        ({"kind": "per_item", "per": None, "points": 5, "category": "books"}, 10),
        ({"channel": "web"}, 55),
        ({"channel": "in_person"}, 0),
    ],
)
def test_a_rule_counts_the_lines_it_covers(terms: dict[str, Any], expected: int) -> None:
    assert points(rule(**terms), purchase("55.00", BOOKS, TOYS)) == expected


def test_lines_never_count_for_more_than_was_paid() -> None:
    # a voucher took 35 off: 20 were paid for books of 25 and toys of 30
    assert points(rule(category="books"), purchase("20.00", BOOKS, TOYS)) == 20


def test_lines_without_a_price_or_in_another_currency_count_for_nothing() -> None:
    free = line("books", "0", unit_price=None)
    foreign = line("books", "9", unit_price={"amount": "9.00", "currency": "EUR"})

    assert points(rule(category="books"), purchase("55.00", free, foreign)) == 0


def test_what_was_paid_by_points_earns_none() -> None:
    assert points(rule(), purchase("55.00", paid_with_points=Decimal("20.50"))) == 34


def test_points_paid_for_what_a_rule_does_not_cover_first() -> None:
    bought = purchase("55.00", BOOKS, TOYS, paid_with_points=Decimal(40))

    assert points(rule(category="books"), bought) == 15


def test_a_programme_may_let_the_part_paid_by_points_earn() -> None:
    assert points(rule(), purchase("55.00", paid_with_points=Decimal(20)), points_paid_earn=True) == 55


def test_another_currency_earns_nothing() -> None:
    assert points(rule(), purchase(currency="EUR")) == 0


def test_what_is_said_to_be_from_before_1970_earns_nothing() -> None:
    assert points(rule(), purchase(occurred_at=datetime(1969, 12, 31, 23, 59, tzinfo=UTC))) == 0
    assert points(rule(), purchase(occurred_at=datetime(1, 1, 1, tzinfo=UTC)), timezone="America/New_York") == 0


@pytest.mark.parametrize(
    ("multipliers", "expected"),
    [
        ({"weekdays": {"sun": "2"}}, 14),
        ({"weekdays": {"mon": "2"}}, 7),
        ({"weekdays": {"sun": "1.5"}}, 10),
        ({"tiers": {"gold": "3"}}, 21),
        ({"tiers": {"silver": "3"}}, 14),
        ({"tiers": {"gold": "0"}}, 0),
        ({"campaigns": [TO_MONDAY | {"factor": "1.25"}]}, 17),
        ({"tiers": {"gold": "1.5"}, "weekdays": {"sun": "1.5"}, "campaigns": [TO_MONDAY | {"factor": "2"}]}, 31),
    ],
)
def test_factors_multiply_and_the_product_is_rounded_once(multipliers: dict[str, Any], expected: int) -> None:
    # 7 points; the member is gold, which doubles of its own: 7 * 1.5 * 1.5 * 2 = 31.5, 7 * 2 * 1.25 = 17.5
    tier = Standing(tier="gold", multiplier=Decimal(1 if "weekdays" in multipliers else 2))

    assert points(rule(multipliers=multipliers), purchase("7.00"), tier) == expected


@pytest.mark.parametrize(("rounding", "expected"), [("floor", 10), ("half_up", 11), ("ceil", 11)])
def test_the_product_is_rounded_as_the_rule_says(rounding: str, expected: int) -> None:
    doubled = rule(rounding=rounding, multipliers={"weekdays": {"sun": "1.5"}})

    assert points(doubled, purchase("7.00")) == expected


def test_the_weekday_is_that_of_the_programmes_zone() -> None:
    # 20:30 UTC of Sunday is Monday in Tehran
    mondays = rule(multipliers={"weekdays": {"mon": "2"}})
    evening = purchase("7.00", occurred_at=SUNDAY.replace(hour=20, minute=30))

    assert points(mondays, evening) == 7
    assert points(mondays, evening, timezone="Asia/Tehran") == 14


def test_a_campaign_begins_with_its_first_instant_and_is_over_at_its_end() -> None:
    doubled = rule(multipliers={"campaigns": [TO_MONDAY | {"factor": "2"}]})
    begins, ends = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    moments = [begins - timedelta.resolution, begins, ends - timedelta.resolution, ends]

    assert [points(doubled, purchase("7.00", occurred_at=at)) for at in moments] == [7, 14, 14, 7]


def test_a_rule_gives_within_its_window_only() -> None:
    windowed = rule(window=TO_MONDAY)
    ends = datetime(2026, 3, 2, tzinfo=UTC)

    assert points(windowed, purchase("7.00", occurred_at=ends - timedelta.resolution)) == 7
    assert points(windowed, purchase("7.00", occurred_at=ends)) == 0


@pytest.mark.parametrize(
    ("cap", "used", "expected"),
    [
        ({"per_purchase": 50}, Used(), 50),
        ({"per_day": 50}, Used(20, 20), 30),
        ({"per_day": 50}, Used(50, 50), 0),
        ({"per_day": 50}, Used(60, 60), 0),
        ({"per_member": 100}, Used(0, 80), 20),
        ({"per_purchase": 40, "per_day": 50, "per_member": 100}, Used(20, 75), 25),
        ({"per_purchase": 100}, Used(), 77),
    ],
)
def test_caps_leave_what_is_left_of_them(cap: dict[str, int], used: Used, expected: int) -> None:
    assert points(rule(cap=cap), purchase(), Standing(used={"base": used})) == expected


def test_the_first_purchase_gives_once() -> None:
    welcome = rule(kind="first_purchase", per=None, points=50)

    assert points(welcome, purchase(), Standing(first_purchase=True)) == 50
    assert points(welcome, purchase(), Standing(first_purchase=False)) == 0


def test_a_bonus_is_not_multiplied_by_the_tiers_own_factor_but_by_the_rules() -> None:
    gold = Standing(tier="gold", multiplier=Decimal(2), first_purchase=True)

    assert points(rule(kind="first_purchase", per=None, points=50), purchase(), gold) == 50
    named = rule(kind="first_purchase", per=None, points=50, multipliers={"tiers": {"gold": "3"}})
    assert points(named, purchase(), gold) == 150


def test_stacked_rules_all_give_and_best_of_gives_the_best() -> None:
    rules = [rule("a"), rule("b", points=2), rule("c", kind="first_purchase", per=None, points=100)]
    first = Standing(first_purchase=True)

    stacked = points_by_rule(PROGRAM, rules, purchase(), first)
    assert [(one.rule.code, one.points) for one in stacked] == [("a", 77), ("b", 154), ("c", 100)]
    best = points_by_rule(replace(PROGRAM, stacking="best_of"), rules, purchase(), first)
    assert [(one.rule.code, one.points) for one in best] == [("b", 154)]


def test_of_equal_rules_the_first_is_the_best() -> None:
    best = points_by_rule(replace(PROGRAM, stacking="best_of"), [rule("a"), rule("b")], purchase(), Standing())

    assert [one.rule.code for one in best] == ["a"]


def test_an_event_gives_its_points_within_window_and_caps() -> None:
    birthday = rule(kind="birthday", per=None, points=100, window=TO_MONDAY, cap={"per_member": 150})

    assert points_for_event(PROGRAM, birthday, SUNDAY) == 100
    assert points_for_event(PROGRAM, birthday, SUNDAY + timedelta(days=1)) == 0
    assert points_for_event(PROGRAM, birthday, SUNDAY, used=Used(0, 100)) == 50


def test_an_event_gives_more_in_a_tier_that_the_rule_names() -> None:
    birthday = rule(kind="birthday", per=None, points=100, multipliers={"tiers": {"gold": "2"}})

    assert points_for_event(PROGRAM, birthday, SUNDAY, "gold") == 200
    assert points_for_event(PROGRAM, birthday, SUNDAY, "silver") == 100
    assert points_for_event(PROGRAM, birthday, SUNDAY) == 100


def test_rules_of_events_give_nothing_for_a_purchase() -> None:
    assert points(rule(kind="birthday", per=None, points=100), purchase()) == 0
