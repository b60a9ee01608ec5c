"""Conditions over a fact's data: by hand, and against a second, much simpler way of reading them."""

from __future__ import annotations

import operator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.contracts.interaction import PurchaseRecorded
from hamdel.http.problem import InvalidValue
from interaction_service.rules.compilation import compiled, fact_type_of
from interaction_service.rules.domain import holds

PURCHASE = PurchaseRecorded.fact_type
ACTION = {"kind": "create_task", "title": "t", "owner_id": "o"}


def bought(amount: str = "77.00", currency: str = "USD", *categories: str | None, **changes: Any) -> dict[str, Any]:
    """The data of a purchase."""
    items = [{"sku": None, "name": None, "category": one, "quantity": 1, "unit_price": None} for one in categories]
    return {"total": {"amount": amount, "currency": currency}, "items": items, "channel": None} | changes


def asks(when: Any, data: dict[str, Any]) -> bool:
    """Whether a purchase meets a condition as it is written."""
    return holds(compiled(PURCHASE, {"when": when, "action": ACTION}).condition, data)


def test(field: str, op: str, value: Any) -> dict[str, Any]:
    """One comparison as it is written."""
    return {"field": field, "op": op, "value": value}


test.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("when", "data", "met"),
    [
        (test("total.amount", "gt", "1000000"), bought("1000000"), False),
        (test("total.amount", "gt", "1000000"), bought("1000000.0001"), True),
        (test("total.amount", "gt", 1000000), bought("999999.9999"), False),
        (test("total.amount", "eq", "77"), bought("77.000"), True),
        (test("total.amount", "lt", "9"), bought("10"), False),
        (test("total.amount", "eq", "0.3"), bought("0.30000000000000001"), False),
        (test("items.category", "eq", "music"), bought("1", "USD", "film", "music"), True),
        (test("items.category", "ne", "music"), bought("1", "USD", "film", "music"), False),
        (test("items.category", "in", ["book", "film"]), bought("1", "USD", "film"), True),
        (test("items.category", "exists", True), bought("1", "USD", None), False),
        (test("items.category", "exists", False), bought("1", "USD", None), True),
        (test("channel", "eq", "web"), bought(), False),
        (test("channel", "ne", "web"), bought(), True),
        (test("occurred_at", "gte", "2026-03-01T13:30:00+03:30"), bought(occurred_at="2026-03-01T10:00:00Z"), True),
        (test("occurred_at", "gt", "2026-03-01T13:30:00+03:30"), bought(occurred_at="2026-03-01T10:00:00Z"), False),
        ({"not": test("total.currency", "eq", "IRR")}, bought(), True),
        ({"all": [test("total.currency", "eq", "USD"), test("total.amount", "gte", "77")]}, bought(), True),
        ({"any": [test("total.currency", "eq", "IRR"), test("total.amount", "gte", "77")]}, bought(), True),
        ({"any": [test("total.currency", "eq", "IRR")]}, bought(), False),
        (None, bought(), True),
    ],
)
def test_a_condition_says_what_it_means(when: Any, data: dict[str, Any], met: bool) -> None:
    assert asks(when, data) is met


AMOUNTS = st.decimals("0", "1000000000", places=4, allow_nan=False).map(lambda one: format(one, "f"))
TESTS = st.one_of(
    st.builds(test, st.just("total.amount"), st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"]), AMOUNTS),
    st.builds(test, st.just("items.category"), st.sampled_from(["eq", "ne"]), st.sampled_from("abc")),
    st.builds(test, st.just("items.category"), st.just("in"), st.lists(st.sampled_from("abc"), min_size=1)),
    st.builds(test, st.sampled_from(["channel", "items.category"]), st.just("exists"), st.booleans()),
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=6,
)
DATA = st.builds(
    lambda amount, categories, channel: bought(amount, "USD", *categories, channel=channel),
    AMOUNTS,
    st.lists(st.sampled_from([None, "a", "b"]), max_size=3),
    st.sampled_from([None, "web"]),
)


def model(when: Any, data: dict[str, Any]) -> bool:
    """The same said with fractions and comprehensions, and nothing of the code under test."""
    if "field" not in when:
        (name, inner), *_ = when.items()
        if name == "not":
            return not model(inner, data)
        return {"all": all, "any": any}[name](model(part, data) for part in inner)
    values: list[Any] = {
        "total.amount": [Fraction(data["total"]["amount"])],
        "items.category": [item["category"] for item in data["items"] if item["category"] is not None],
        "channel": [data["channel"]] if data["channel"] is not None else [],
    }[when["field"]]
    wanted: Any = Fraction(when["value"]) if when["field"] == "total.amount" else when["value"]
    match when["op"]:
        case "exists":
            return bool(wanted) == (len(values) > 0)
        case "ne":
            return wanted not in values
        case "in":
            return any(value in wanted for value in values)
    compare = {"eq": operator.eq, "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}
    return any(compare[when["op"]](value, wanted) for value in values)


@given(CONDITIONS, DATA)
def test_conditions_agree_with_the_model(when: Any, data: dict[str, Any]) -> None:
    assert asks(when, data) == model(when, data)


@given(AMOUNTS, AMOUNTS)
def test_amounts_compare_as_decimals_of_any_length(one: str, other: str) -> None:
    assert asks(test("total.amount", "gt", one), bought(one + "0" * 30 + "1"))
    assert asks(test("total.amount", "lte", other), bought(one)) == (Decimal(one) <= Decimal(other))


LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(JSON)
def test_data_of_any_shape_is_answered_and_never_raises(data: Any) -> None:
    before = test("occurred_at", "lt", "2026-01-01T00:00:00Z")
    tests = [test("total.amount", "gt", "1"), test("items.category", "in", ["a"]), before]
    assert asks({"any": tests}, {"total": data, "items": data, "occurred_at": data}) in (True, False)


DEEP: dict[str, Any] = test("channel", "eq", "web")
for _ in range(9):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    ("definition", "pointers"),
    [
        ({"when": test("total", "eq", "1")}, ["/when/field"]),
        ({"when": test("total.sum", "eq", "1")}, ["/when/field"]),
        ({"when": test("", "eq", "1")}, ["/when/field"]),
        ({"when": {"all": [test("channel", "eq", "web"), test("channel", "like", "w")]}}, ["/when/all/1/op"]),
        ({"when": {"any": []}}, ["/when/any"]),
        ({"when": {"not": test("channel", "gt", "a")}}, ["/when/not/op"]),
        ({"when": test("total.amount", "gt", 0.5)}, ["/when/value"]),
        ({"when": test("total.amount", "gt", "NaN")}, ["/when/value"]),
        ({"when": test("total.amount", "in", "1")}, ["/when/value"]),
        ({"when": test("channel", "exists", "yes")}, ["/when/value"]),
        ({"when": test("occurred_at", "lt", "2026-03-01T10:00:00")}, ["/when/value"]),
        ({"when": {"field": "channel", "op": "eq"}}, ["/when"]),
        ({"when": []}, ["/when"]),
        ({"when": DEEP}, ["/when" + "/not" * 8]),
        ({"delay": "P1M"}, ["/delay"]),
        ({"delay": "P"}, ["/delay"]),
        ({"delay": {"days": -1}}, ["/delay"]),
        ({"delay": {"days": 3661}}, ["/delay"]),
        ({"delay": {"hours": 1, "calendar": "c"}}, ["/delay"]),
        ({"action": {"kind": "dance"}}, ["/action/kind"]),
        ({"action": {"kind": "create_task", "title": "t"}}, ["/action/owner_id"]),
        ({"action": {"kind": "create_task", "title": "{{total.sum}}", "owner_id": "o"}}, ["/action/title"]),
        ({"action": {"kind": "open_case", "type": "joke", "subject": "s"}}, ["/action/type"]),
        ({"delay": "PT1H", "action": {"kind": "open_case", "type": "request", "subject": "s"}}, ["/delay"]),
        ({"when": test("x", "eq", 1), "delay": "soon", "action": {}}, ["/when/field", "/delay", "/action/kind"]),
    ],
)
def test_a_wrong_rule_names_every_wrong_place(definition: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(InvalidValue) as refused:
        compiled(PURCHASE, {"action": ACTION} | definition)
    assert [error.pointer for error in refused.value.errors] == pointers


def test_a_fact_is_named_with_or_without_its_version() -> None:
    assert fact_type_of("interaction.purchase_recorded") == PURCHASE
    assert fact_type_of(PURCHASE) == PURCHASE
    with pytest.raises(InvalidValue):
        fact_type_of("interaction.purchase_recorded.v2")
