"""The purchase file: reading it strictly, and the stable identity of each of its rows."""

from __future__ import annotations

import csv
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["COLUMNS", "BadRowError", "Purchase", "batches", "customers_of", "lanes", "read_purchases"]

T = TypeVar("T")

COLUMNS = ("customer", "date", "quantity", "amount_usd")
AMOUNT = re.compile(r"\d{1,12}(\.\d{1,4})?")
QUANTITY = re.compile(r"[1-9]\d{0,8}")
MAX_CUSTOMER = 100


class BadRowError(ValueError):
    """The file cannot be imported; the message names the line."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One row. `occurrence` counts this customer's rows of this day (1, 2, …) in the order of the file: two equal rows
    are two purchases. `amount` is US dollars, exactly as written."""

    customer: str
    day: date
    quantity: int
    amount: Decimal
    occurrence: int

    @property
    def external_id(self) -> str:
        """Unique within the source and the same on every import of the same file."""
        return f"{self.customer}:{self.day.isoformat()}:{self.occurrence}"

    def body(self, customer_id: str, source: str) -> dict[str, Any]:
        """The item of `POST /v1/purchases/batch`. The file knows how many discs, not the price of each: no unit
        price is made up; it knows the day, not the hour: midnight UTC."""
        return {
            "customer_id": customer_id,
            "source": source,
            "external_id": self.external_id,
            "occurred_at": f"{self.day.isoformat()}T00:00:00Z",
            "channel": "web",
            "items": [{"sku": "cd", "name": "CD", "quantity": self.quantity}],
            "total": {"amount": format(self.amount, "f"), "currency": "USD"},
        }


def read_purchases(path: Path) -> list[Purchase]:
    """Every row, checked before anything is sent. Raises BadRowError, or OSError for a file that cannot be read."""
    seen: Counter[tuple[str, date]] = Counter()
    purchases: list[Purchase] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line, row in _rows(file):
                customer, day, quantity, amount = _parse(line, row)
                seen[customer, day] += 1
                purchases.append(Purchase(customer, day, quantity, amount, seen[customer, day]))
    except UnicodeDecodeError as error:
        raise BadRowError(f"{path.name} is not UTF-8") from error
    if not purchases:
        raise BadRowError(f"{path.name} has no rows")
    return purchases


def _rows(file: Iterable[str]) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(file, strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise BadRowError(f"line 1: the columns must be {','.join(COLUMNS)}")
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise BadRowError(f"line {reader.line_num}: {error}") from error


def _parse(line: int, row: Sequence[str]) -> tuple[str, date, int, Decimal]:
    if len(row) != len(COLUMNS):
        raise BadRowError(f"line {line}: {len(row)} fields instead of {len(COLUMNS)}")
    customer, day, quantity, amount = (field.strip() for field in row)
    if not customer or len(customer) > MAX_CUSTOMER or "\0" in customer:
        raise BadRowError(f"line {line}: customer must have 1 to {MAX_CUSTOMER} characters")
    if not QUANTITY.fullmatch(quantity):
        raise BadRowError(f"line {line}: quantity is not a positive whole number: {quantity!r}")
    if not AMOUNT.fullmatch(amount):
        raise BadRowError(f"line {line}: amount_usd is not a decimal amount: {amount!r}")
    try:
        return customer, date.fromisoformat(day), int(quantity), Decimal(amount)
    except ValueError as error:
        raise BadRowError(f"line {line}: date is not YYYY-MM-DD: {day!r}") from error


def customers_of(purchases: Iterable[Purchase]) -> list[str]:
    """The customers in the order of their first row."""
    return list(dict.fromkeys(purchase.customer for purchase in purchases))


def lanes(purchases: Iterable[Purchase], count: int) -> list[list[Purchase]]:
    """Splits the rows so that lanes may be sent side by side: one customer is in one lane, in the order of the file."""
    split: list[list[Purchase]] = [[] for _ in range(count)]
    for purchase in purchases:
        split[zlib.crc32(purchase.customer.encode()) % count].append(purchase)
    return split


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Consecutive pieces of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
