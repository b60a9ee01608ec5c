"""The real purchase log through the gateway: every customer and every cent, however often it is imported."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from subprocess import CompletedProcess
from typing import Any

import pytest

from hamdel_cli.sample import sample_path
from tests.support.live import LiveStack

SOURCE = "cdnow-e2e"

Totals = dict[str, tuple[int, Decimal]]


@pytest.fixture(scope="module")
def expected() -> Totals:
    """Purchases and sum of each customer, straight from the file."""
    totals: Totals = defaultdict(lambda: (0, Decimal(0)))
    with sample_path().open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            count, amount = totals[row["customer"]]
            totals[row["customer"]] = count + 1, amount + Decimal(row["amount_usd"])
    return dict(totals)


@pytest.fixture(scope="module")
def imports(stack: LiveStack) -> list[CompletedProcess[str]]:
    """The same file twice."""
    return [stack.hamdel("import", "purchases", str(sample_path()), "--source", SOURCE) for _ in range(2)]


@pytest.fixture(scope="module")
def views(stack: LiveStack, imports: list[CompletedProcess[str]], expected: Totals) -> dict[str, dict[str, Any]]:
    """The projected view of every customer of the file, by the shop's own number, once everything has arrived."""
    stack.wait_until_quiet()
    identifiers = [{"type": f"external:{SOURCE}", "value": customer} for customer in expected]
    found: list[str] = []
    with stack.client("admin") as client:
        for start in range(0, len(identifiers), 1000):
            body = {"create_missing": False, "identifiers": identifiers[start : start + 1000]}
            found += [item["id"] for item in client.post("/v1/customers/resolve", json=body).json()["items"]]
        return {
            customer: client.get(f"/v1/customers/{found_id}/view").json()
            for customer, found_id in zip(expected, found, strict=True)
        }


def test_the_import_prints_customers_purchases_and_the_exact_sum(
    imports: list[CompletedProcess[str]], expected: Totals
) -> None:
    total = sum((amount for _, amount in expected.values()), Decimal(0))
    assert imports[0].stdout == (
        f"customers  2357\npurchases  6919 (6919 created, 0 duplicate, 0 rejected)\nsum        {total} USD\n"
    )


def test_a_second_import_creates_nothing(imports: list[CompletedProcess[str]]) -> None:
    assert "purchases  6919 (0 created, 6919 duplicate, 0 rejected)\n" in imports[1].stdout


def test_the_database_has_each_purchase_once(
    stack: LiveStack, imports: list[CompletedProcess[str]], expected: Totals
) -> None:
    rows = stack.fetch(
        "interaction",
        "SELECT count(*), count(DISTINCT customer_id), sum(total) FROM purchases WHERE source = $1",
        SOURCE,
    )
    assert rows == [(6919, 2357, sum((amount for _, amount in expected.values()), Decimal(0)))]


def test_every_view_has_the_customers_own_count_and_sum(views: dict[str, dict[str, Any]], expected: Totals) -> None:
    seen = {
        customer: (
            view["interactions"]["purchases"]["count"],
            Decimal(view["interactions"]["purchases"]["total"]["amount"]),
        )
        for customer, view in views.items()
    }
    assert seen == expected


def test_every_view_is_complete(views: dict[str, dict[str, Any]]) -> None:
    assert [customer for customer, view in views.items() if not view["complete"]] == []


def test_no_view_differs_from_the_live_one(stack: LiveStack, views: dict[str, dict[str, Any]]) -> None:
    assert stack.hamdel("doctor", "--views").stdout.endswith("differences: 0\n")
