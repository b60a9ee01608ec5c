"""The code of a customer: its check digit, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

import profile_service
from hamdel.database.migrations import upgrade
from profile_service.customers.codes import has_check_digit, spelled
from tests.services.profile.support import Api

MODULUS = 10**8
FACTOR = 61_803_399

bodies = st.integers(0, MODULUS - 1).map(lambda number: f"{number:08}")


def completed(body: str) -> str:
    """The body with the one digit that fits."""
    fitting = [body + digit for digit in "0123456789" if has_check_digit(body + digit)]
    assert len(fitting) == 1
    return fitting[0]


def slips(code: str) -> set[str]:
    """The code with each digit replaced by each other one, and with each two neighbours swapped."""
    found = {code[:at] + digit + code[at + 1 :] for at in range(len(code)) for digit in "0123456789"}
    found |= {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code) - 1)}
    return found - {code}


def test_the_check_digit_of_572_is_4_as_in_the_literature() -> None:
    assert completed("572") == "5724"


@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_wrong_digit_and_every_swap_of_neighbours_is_caught_in_all_short_numbers(length: int) -> None:
    for number in range(10**length):
        code = completed(f"{number:0{length}}")
        assert not [slip for slip in slips(code) if has_check_digit(slip)]


@given(bodies)
def test_every_wrong_digit_and_every_swap_of_neighbours_is_caught_in_a_code(body: str) -> None:
    assert not [slip for slip in slips(completed(body)) if has_check_digit(slip)]


@given(bodies, bodies)
def test_two_codes_differ_in_at_least_two_places(one: str, other: str) -> None:
    different = sum(a != b for a, b in zip(completed(one), completed(other), strict=True))
    assert different == 0 if one == other else different >= 2


@given(st.integers(1, MODULUS - 1))
def test_the_number_can_be_had_back_from_the_body_so_no_two_numbers_share_one(number: int) -> None:
    assert number * FACTOR % MODULUS * pow(FACTOR, -1, MODULUS) % MODULUS == number


@given(st.text(max_size=20) | bodies.map(lambda body: " - ".join(body + "0")))
def test_what_is_spelled_is_nine_digits_or_nothing(text: str) -> None:
    digits = spelled(text)
    assert digits is None or (len(digits) == 9 and set(digits) <= set("0123456789"))


async def test_the_database_makes_the_codes_that_the_formula_says(database: str) -> None:
    connection = await asyncpg.connect(database)
    numbers = [*range(1, 5001), *range(MODULUS - 5000, MODULUS)]
    made = await connection.fetch("SELECT n, customer_code(n) AS code FROM unnest($1::bigint[]) AS n", numbers)
    await connection.close()
    assert all(row["code"] == completed(f"{row['n'] * FACTOR % MODULUS:08}") for row in made)
    assert len({row["code"] for row in made}) == 10_000


async def test_every_new_customer_gets_a_code_of_its_own_one_by_one_and_in_bulk(api: Api) -> None:
    single = [(await api.create())["code"] for _ in range(2)]
    wanted = [{"type": "external:x", "value": f"number-{number}"} for number in range(100)]
    await api.call("POST", "/v1/customers/resolve", {"create_missing": True, "identifiers": wanted})
    codes = [code for (code,) in await api.rows("SELECT code FROM customers")]
    assert single == ["618033991", completed("23606798")]
    assert len(set(codes)) == 102
    assert all(len(code) == 9 and has_check_digit(code) for code in codes)


async def test_customers_from_before_get_a_code_when_the_database_is_brought_up_to_date(
    database_for: Callable[[str], str],
) -> None:
    url, package = database_for("empty"), Path(str(profile_service.__file__)).parent
    await upgrade(url, package, "0002")
    connection = await asyncpg.connect(url)
    await connection.execute(
        """
        INSERT INTO customers (id, version, kind, interests, preferences, attributes, tags, created_at, updated_at)
        SELECT gen_random_uuid(), 1, 'person', '{}', '{}', '{}', '{}', now(), now() FROM generate_series(1, 50)
        """
    )
    await upgrade(url, package)
    codes = {row["code"] for row in await connection.fetch("SELECT code FROM customers")}
    await connection.close()
    assert len(codes) == 50
    assert all(has_check_digit(code) for code in codes)


async def test_the_database_refuses_the_same_code_twice(api: Api) -> None:
    await api.create()
    await api.create()
    with pytest.raises(IntegrityError, match="customers_code"):
        await api.rows("UPDATE customers SET code = '618033991' RETURNING code")
