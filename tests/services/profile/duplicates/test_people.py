"""Who is one person and who is not, pair by pair."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profile_service.duplicates.matching import THRESHOLD
from profile_service.duplicates.records import Record
from tests.services.profile.duplicates.pairs import ELSEWHERE, HOME, customer, score

MINE = "+989121112233"
YOURS = "+989355556677"

ONE_PERSON = {
    "everything the same": (customer(phone=MINE, address=HOME), customer(phone=MINE, address=HOME)),
    "a typing error in the name": (customer(phone=MINE), customer("Frahad", phone=MINE)),
    "given and family name swapped": (customer(phone=MINE), customer("Golestani", "Farhad", phone=MINE)),
    "the other script": (customer(phone=MINE), customer("فرهاد", "گلستانی", phone=MINE)),
    "the other script, swapped": (
        customer(phone=MINE, address=HOME),
        customer("گلستانی", "فرهاد", phone=MINE, address=HOME),
    ),
    "day and month of birth swapped": (
        customer(born="1984-03-07", phone=MINE, address=HOME),
        customer(born="1984-07-03", phone=MINE, address=HOME),
    ),
    "a digit of the birth date wrong": (
        customer(phone=MINE, address=HOME),
        customer(born="1984-03-22", phone=MINE, address=HOME),
    ),
    "no birth date, the same phone and mailbox": (
        customer(phone=MINE, email="farhad@example.com"),
        customer(born=None, phone=MINE, email="farhad@example.com"),
    ),
    "moved, another phone, the same mailbox": (
        customer(phone=MINE, address=HOME, email="farhad.g@example.com"),
        customer(phone=YOURS, address=ELSEWHERE, email="farhad.g@example.com"),
    ),
    "only an initial": (
        customer(phone=MINE, address=HOME),
        customer("F", phone=MINE, address=HOME),
    ),
    "the name in one field": (
        customer(phone=MINE),
        customer(None, None, display="Farhad Golestani", phone=MINE),
    ),
    "a phone written nationally": (customer(phone=MINE), customer(phone="09121112233")),
    "the other script is known of one of them": (
        customer(phone=MINE),
        customer("فرهاد", "گلستانی", phone=MINE, other=("Farhad", "Golestani", None)),
    ),
}

TWO_PEOPLE = {
    "a couple that shares name, phone and address": (
        customer("Farhad", phone=MINE, address=HOME),
        customer("Shirin", born="1986-11-02", phone=MINE, address=HOME),
    ),
    "a couple of two names": (
        customer("Farhad", phone=MINE, address=HOME),
        customer("Shirin", "Davoodi", born="1986-11-02", phone=MINE, address=HOME),
    ),
    "twins": (customer("Farhad", phone=MINE, address=HOME), customer("Behzad", phone=MINE, address=HOME)),
    "twins with names that many bear and that look alike": (
        customer("Hamid", phone=MINE, address=HOME),
        customer("Hamed", phone=MINE, address=HOME),
    ),
    "father and son of one name": (
        customer(phone=MINE, address=HOME),
        customer(born="2011-09-05", phone=MINE, address=HOME),
    ),
    "strangers who share a phone": (
        customer(phone=MINE),
        customer("Emma", "Brown", born="1971-06-30", phone=MINE),
    ),
    "the same rare name and nothing else": (customer(born=None), customer(born=None)),
    "the same common name and nothing else": (
        customer("Ali", "Karimi", born=None),
        customer("Ali", "Karimi", born=None),
    ),
    "the same name, born on other days, nothing else": (customer(), customer(born="1990-12-01")),
    "neighbours": (
        customer("Emma", "Brown", address=HOME),
        customer("Leila", "Nouri", born="1991-02-03", address=HOME),
    ),
    "the same birth date and nothing else": (customer(), customer("Emma", "Brown")),
    "two family members known by the shared phone alone": (
        customer(None, "Golestani", born=None, phone=MINE),
        customer("Shirin", "Golestani", born=None, phone=MINE),
    ),
    "records that say nothing": (customer(None, None, born=None), customer(None, None, born=None)),
}


@pytest.mark.parametrize("pair", ONE_PERSON.values(), ids=ONE_PERSON)
def test_two_records_of_one_person_are_suggested(pair: tuple[Record, Record]) -> None:
    assert score(*pair) >= THRESHOLD


@pytest.mark.parametrize("pair", TWO_PEOPLE.values(), ids=TWO_PEOPLE)
def test_two_people_are_never_suggested(pair: tuple[Record, Record]) -> None:
    assert score(*pair) < THRESHOLD


def test_two_national_ids_veto_whatever_else_agrees() -> None:
    one = customer(phone=MINE, address=HOME, national_id="0012345679")
    other = customer(phone=MINE, address=HOME, national_id="0084575948")
    assert score(one, other) == 0
    assert score(one, customer(phone=MINE, address=HOME)) >= THRESHOLD


def test_a_person_and_an_organisation_are_never_one() -> None:
    shop = customer(None, None, display="Farhad Golestani", kind="organization", phone=MINE, address=HOME, born=None)
    assert score(customer(phone=MINE, address=HOME), shop) == 0


def company(name: str, organization_id: str | None = None) -> Record:
    return customer(
        None,
        None,
        display=name,
        kind="organization",
        born=None,
        address=HOME,
        phone=MINE,
        organization_id=organization_id,
    )


@pytest.mark.parametrize("name", ["Pars Trading Ltd", "PARS TRADING GmbH", "شرکت پارس تریدینگ"])
def test_the_legal_form_of_an_organisation_makes_no_difference(name: str) -> None:
    assert score(company("Pars Trading Co."), company(name)) >= THRESHOLD


def test_two_companies_of_one_building_and_switchboard_are_two() -> None:
    assert score(company("Pars Trading"), company("Alborz Insurance")) < THRESHOLD


def test_two_organisation_ids_veto() -> None:
    one = company("Pars Trading", organization_id="10380284790")
    assert score(one, company("Pars Trading", organization_id="14003127486")) == 0


@settings(max_examples=60, deadline=None)
@given(
    *(
        st.builds(
            customer,
            st.sampled_from([None, "Ali", "علی", "Sara", "Saraa", "S"]),
            st.sampled_from([None, "Karimi", "کریمی", "Kareemi"]),
            born=st.sampled_from([None, "1990-05-17", "1990-05-18", "1971-01-01"]),
            phone=st.sampled_from([None, MINE, YOURS]),
            address=st.sampled_from([None, HOME, ELSEWHERE]),
        )
        for _ in range(2)
    )
)
def test_a_score_is_a_probability_and_does_not_depend_on_the_order(one: Record, other: Record) -> None:
    there, back = score(one, other, among=()), score(other, one, among=())
    assert 0 <= there <= 1
    assert there == pytest.approx(back)
