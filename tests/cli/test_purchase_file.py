"""Reading a purchase file, and the identity of its rows."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from hamdel_cli.importing.purchases import BadRowError, Purchase, batches, customers_of, lanes, read_purchases
from hamdel_cli.sample import sample_path

HEADER = "customer,date,quantity,amount_usd\n"


def rows_of(folder: Path, text: str) -> list[Purchase]:
    """Reads a file with this content."""
    file = folder / "purchases.csv"
    file.write_text(text, encoding="utf-8")
    return read_purchases(file)


def test_equal_rows_of_one_day_are_two_purchases(tmp_path: Path) -> None:
    row = "00004,1997-01-01,2,29.33\n"
    ids = [purchase.external_id for purchase in rows_of(tmp_path, HEADER + row + row)]
    assert ids == ["00004:1997-01-01:1", "00004:1997-01-01:2"]


def test_the_occurrence_counts_per_customer_and_day(tmp_path: Path) -> None:
    text = HEADER + "a,1997-01-01,1,1.00\nb,1997-01-01,1,1.00\na,1997-01-02,1,1.00\na,1997-01-01,9,5.00\n"
    ids = [purchase.external_id for purchase in rows_of(tmp_path, text)]
    assert ids == ["a:1997-01-01:1", "b:1997-01-01:1", "a:1997-01-02:1", "a:1997-01-01:2"]


def test_the_same_file_gives_the_same_ids_again() -> None:
    first = [purchase.external_id for purchase in read_purchases(sample_path())]
    assert first == [purchase.external_id for purchase in read_purchases(sample_path())]


def test_every_row_of_the_real_file_has_its_own_id() -> None:
    ids = Counter(purchase.external_id for purchase in read_purchases(sample_path()))
    assert (len(ids), max(ids.values())) == (6919, 1)


def test_the_real_file_has_2357_customers_with_their_leading_zeros() -> None:
    customers = customers_of(read_purchases(sample_path()))
    assert (len(customers), customers[0]) == (2357, "00004")


def test_an_amount_keeps_every_digit(tmp_path: Path) -> None:
    (purchase,) = rows_of(tmp_path, HEADER + "00004,1997-01-01,2,0.10\n")
    assert purchase.amount == Decimal("0.10")
    assert purchase.body("id", "cdnow")["total"] == {"amount": "0.10", "currency": "USD"}


def test_no_unit_price_is_made_up(tmp_path: Path) -> None:
    (purchase,) = rows_of(tmp_path, HEADER + "00004,1997-01-01,2,29.33\n")
    assert purchase.body("id", "cdnow")["items"] == [{"sku": "cd", "name": "CD", "quantity": 2}]


def test_a_day_becomes_midnight_utc(tmp_path: Path) -> None:
    (purchase,) = rows_of(tmp_path, HEADER + "00004,1997-01-01,2,29.33\n")
    assert purchase.body("id", "cdnow")["occurred_at"] == "1997-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("00004,1997-01-01,2\n", "line 2: 3 fields instead of 4"),
        (",1997-01-01,2,1.00\n", "line 2: customer must have 1 to 100 characters"),
        ("00004,01/01/1997,2,1.00\n", "line 2: date is not YYYY-MM-DD: '01/01/1997'"),
        ("00004,1997-02-30,2,1.00\n", "line 2: date is not YYYY-MM-DD: '1997-02-30'"),
        ("00004,1997-01-01,0,1.00\n", "line 2: quantity is not a positive whole number: '0'"),
        ("00004,1997-01-01,1.5,1.00\n", "line 2: quantity is not a positive whole number: '1.5'"),
        ("00004,1997-01-01,2,-1.00\n", "line 2: amount_usd is not a decimal amount: '-1.00'"),
        ("00004,1997-01-01,2,1e3\n", "line 2: amount_usd is not a decimal amount: '1e3'"),
        ("00004,1997-01-01,2,NaN\n", "line 2: amount_usd is not a decimal amount: 'NaN'"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(BadRowError) as raised:
        rows_of(tmp_path, HEADER + line)
    assert str(raised.value) == says


def test_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRowError, match="line 1: the columns must be customer,date,quantity,amount_usd"):
        rows_of(tmp_path, "customer;date\n")


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRowError, match="has no rows"):
        rows_of(tmp_path, HEADER)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "purchases.csv"
    file.write_bytes(HEADER.encode() + b"\xff\xfe,1997-01-01,2,1.00\n")
    with pytest.raises(BadRowError, match="not UTF-8"):
        read_purchases(file)


def test_a_customer_stays_in_one_lane_in_the_order_of_the_file() -> None:
    purchases = read_purchases(sample_path())
    split = lanes(purchases, 4)
    customers = [set(customers_of(lane)) for lane in split]
    assert sum(map(len, customers)) == 2357
    assert all(
        lane == [each for each in purchases if each.customer in own] for lane, own in zip(split, customers, strict=True)
    )


def test_batches_are_consecutive_and_not_larger_than_asked() -> None:
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
