"""The rules of refunds, without a database."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interaction_service.refunds.domain import Line, Piece, Taken, refundable, returned_after, take_back, unknown

CENTS = st.integers(0, 10_000).map(lambda cents: Decimal(cents) / 100)
LINES = st.lists(st.builds(Line, st.sampled_from([None, "a", "b"]), st.integers(1, 5)), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("total", "refunded", "asked", "amount"),
    [
        ("77.00", "0", "77.00", "77.00"),
        ("77.00", "0", "77.01", None),
        ("77.00", "70.00", "7.00", "7.00"),
        ("77.00", "70.00", "7.0001", None),
        ("77.00", "70.00", None, "7.00"),
        ("77.00", "77.00", None, None),
        ("0.00", "0", None, None),
    ],
)
def test_what_may_go_back(total: str, refunded: str, asked: str | None, amount: str | None) -> None:
    found = refundable(Decimal(total), Decimal(refunded), Decimal(asked) if asked else None)
    assert (None if found is None else str(found)) == amount


@given(total=CENTS, wishes=st.lists(st.none() | CENTS, max_size=20))
def test_refunds_add_up_to_the_purchase_at_most(total: Decimal, wishes: list[Decimal | None]) -> None:
    refunded = Decimal(0)
    for wish in wishes:
        amount = refundable(total, refunded, wish)
        assert amount is None or amount > 0
        refunded += amount or 0
    assert refunded <= total
    assert refunded == total or None not in wishes


def test_who_names_a_line_gets_that_line_before_a_sku_takes_it() -> None:
    lines = [Line("a", 1), Line("a", 2)]
    assert take_back(lines, [0, 0], [Piece(1, sku="a"), Piece(1, line=0)]) == [Taken(0, "a", 1), Taken(1, "a", 1)]


def test_a_line_without_a_sku_comes_back_by_its_number_alone() -> None:
    lines = [Line(None, 2)]
    assert take_back(lines, [1], [Piece(1, line=0)]) == [Taken(0, None, 1)]
    assert unknown(lines, [Piece(1, sku="a"), Piece(1, line=0), Piece(1, line=1)]) == [0, 2]


@given(data=st.data(), lines=LINES)
def test_no_line_gives_back_more_than_was_bought_of_it(data: st.DataObject, lines: list[Line]) -> None:
    returned = [0] * len(lines)
    skus = sorted({line.sku for line in lines if line.sku})
    names = st.builds(Piece, st.integers(1, 3), line=st.integers(0, len(lines) - 1))
    if skus:
        names |= st.builds(Piece, st.integers(1, 3), sku=st.sampled_from(skus))
    for pieces in data.draw(st.lists(st.lists(names, min_size=1, max_size=3), max_size=6)):
        taken = take_back(lines, returned, pieces)
        if taken is None:
            continue
        assert sum(one.quantity for one in taken) == sum(piece.quantity for piece in pieces)
        asked = Counter({piece.line: 0 for piece in pieces})
        for piece in pieces:
            asked[piece.line] += piece.quantity if piece.line is not None else 0
        back = Counter[int | None]()
        for one in taken:
            back[one.line] += one.quantity
        assert all(back[line] >= count for line, count in asked.items() if line is not None)
        returned = returned_after(returned, taken)
        assert all(0 <= count <= line.quantity for count, line in zip(returned, lines, strict=True))
