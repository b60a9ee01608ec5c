"""What stands for a purpose on a channel: for one customer, and for several that are one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.consents.domain import (
    Row,
    Standing,
    State,
    Told,
    standing_for,
    standing_of_family,
    state_at,
    stricter,
    tells_nothing_new,
)
from tests.services.profile.consent_rows import NOON, SARA, TARA, ZARA, row

DAY = timedelta(days=1)

MOST_PERMISSIVE_FIRST: list[State] = ["granted", "expired", "not_yet_valid", "pending", "denied", "withdrawn"]


def stands(rows: list[Row], channel: str = "email", at: datetime = NOON) -> State:
    """The word for marketing on a channel."""
    return state_at(standing_for(rows, "marketing", channel), at)


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        ([], "none"),
        ([row("granted")], "granted"),
        ([row("granted", ordinal=1), row("withdrawn", ordinal=2)], "withdrawn"),
        ([row("withdrawn", ordinal=1), row("granted", ordinal=2)], "granted"),
        ([row("granted", ordinal=2), row("denied", ordinal=1)], "granted"),
        ([row("granted", ordinal=1), row("pending", ordinal=2)], "pending"),
        ([row("granted", purpose="newsletter")], "none"),
        ([row("granted", "sms")], "none"),
    ],
)
def test_the_newest_row_of_a_pair_decides(rows: list[Row], standing: State) -> None:
    assert stands(rows) == standing


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        ([row("granted", "any")], "granted"),
        ([row("withdrawn", "any")], "withdrawn"),
        ([row("granted", "email", ordinal=1), row("withdrawn", "any", ordinal=2)], "withdrawn"),
        ([row("granted", "email", ordinal=1), row("denied", "any", ordinal=2)], "denied"),
        ([row("withdrawn", "any", ordinal=1), row("granted", "email", ordinal=2)], "granted"),
        ([row("withdrawn", "email", ordinal=1), row("granted", "any", ordinal=2)], "withdrawn"),
        ([row("granted", "any", ordinal=1), row("denied", "email", ordinal=2)], "denied"),
        ([row("granted", "any", ordinal=1), row("pending", "email", ordinal=2)], "pending"),
        ([row("pending", "email", ordinal=1), row("withdrawn", "any", ordinal=2)], "withdrawn"),
        ([row("denied", "sms", ordinal=1), row("granted", "any", ordinal=2)], "granted"),
    ],
)
def test_any_speaks_for_channels_without_a_row_and_its_refusal_overrules_older_ones(
    rows: list[Row], standing: State
) -> None:
    assert stands(rows) == standing


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        (NOON - timedelta(microseconds=1), "not_yet_valid"),
        (NOON, "granted"),
        (NOON + DAY - timedelta(microseconds=1), "granted"),
        (NOON + DAY, "expired"),
    ],
)
def test_a_grant_holds_from_its_first_moment_until_before_its_last(at: datetime, standing: State) -> None:
    assert stands([row(valid_from=NOON, valid_to=NOON + DAY)], at=at) == standing


@pytest.mark.parametrize("status", ["denied", "withdrawn"])
def test_a_refusal_takes_effect_at_once_and_does_not_lapse(status: State) -> None:
    ahead = [row("granted", ordinal=1), row(status, ordinal=2, valid_from=NOON + DAY, valid_to=NOON + 2 * DAY)]
    assert [stands(ahead, at=NOON + days * DAY) for days in range(4)] == [status] * 4


def test_an_expired_grant_does_not_bring_back_what_stood_before_it() -> None:
    rows = [row("granted", ordinal=1), row("granted", ordinal=2, valid_to=NOON - timedelta(hours=1))]
    assert stands(rows) == "expired"


@pytest.mark.parametrize("strict", range(len(MOST_PERMISSIVE_FIRST)))
@pytest.mark.parametrize("lax", range(len(MOST_PERMISSIVE_FIRST)))
def test_of_two_customers_that_are_one_the_most_restrictive_wins(strict: int, lax: int) -> None:
    def of(state: State, customer_id: object) -> Row:
        windows = {
            "expired": {"status": "granted", "valid_to": NOON},
            "not_yet_valid": {"status": "granted", "valid_from": NOON + DAY},
        }
        return row(**{"status": state, "customer_id": customer_id} | windows.get(state, {}))  # type: ignore[arg-type]

    rows = [of(MOST_PERMISSIVE_FIRST[strict], SARA), of(MOST_PERMISSIVE_FIRST[lax], ZARA)]
    assert stands(rows) == MOST_PERMISSIVE_FIRST[max(strict, lax)]


def test_a_customer_without_a_row_for_the_pair_has_no_say() -> None:
    rows = [row("granted", customer_id=SARA), row("withdrawn", "sms", customer_id=ZARA)]
    assert stands(rows) == "granted"


def test_a_refusal_of_any_channel_by_one_customer_stops_the_newer_grant_of_the_other() -> None:
    rows = [row("withdrawn", "any", customer_id=SARA), row("granted", "email", ordinal=9, customer_id=ZARA)]
    assert stands(rows) == "withdrawn"
    assert {pair: each.row.status for pair, each in standing_of_family(rows).items()} == {
        ("marketing", "any"): "withdrawn",
        ("marketing", "email"): "withdrawn",
    }


def test_two_grants_hold_only_where_both_do() -> None:
    rows = [
        row(customer_id=SARA, valid_from=NOON, valid_to=NOON + 3 * DAY),
        row(customer_id=ZARA, valid_from=NOON + DAY, valid_to=NOON + 9 * DAY),
    ]
    found = standing_of_family(rows)[("marketing", "email")]
    assert (found.valid_from, found.valid_to) == (NOON + DAY, NOON + 3 * DAY)


def test_the_standings_are_sorted_by_purpose_and_channel() -> None:
    rows = [row(channel="sms"), row(channel="email", ordinal=2), row(channel="web", ordinal=3, purpose="events")]
    assert list(standing_of_family(rows)) == [("events", "web"), ("marketing", "email"), ("marketing", "sms")]


statuses = st.sampled_from(["granted", "pending", "denied", "withdrawn"])
moments = st.integers(-4, 4).map(lambda days: NOON + days * DAY)


@st.composite
def any_rows(draw: st.DrawFn, customer_id: object = SARA) -> list[Row]:
    """A customer's rows about marketing by e-mail, by text message and by any channel."""
    rows = []
    for ordinal in range(1, draw(st.integers(0, 4)) + 1):
        begin = draw(moments)
        days = draw(st.none() | st.integers(1, 4))
        end = None if days is None else begin + days * DAY
        channel = draw(st.sampled_from(["email", "sms", "any"]))
        rows.append(
            row(draw(statuses), channel, ordinal=ordinal, customer_id=customer_id, valid_from=begin, valid_to=end)
        )
    return rows


@st.composite
def any_standings(draw: st.DrawFn) -> Standing:
    """A standing that came from one row, or from several."""
    ordinal = draw(st.integers(0, 11))
    status = ("granted", "granted", "pending", "denied", "granted", "withdrawn")[ordinal % 6]
    return Standing(row(status, ordinal=ordinal), draw(moments), draw(st.none() | moments))


@given(any_standings(), any_standings())
def test_the_order_of_two_customers_does_not_matter(one: Standing, other: Standing) -> None:
    assert _seen(stricter(one, other)) == _seen(stricter(other, one))


@given(any_standings(), any_standings(), any_standings())
def test_the_order_in_which_customers_became_one_does_not_matter(one: Standing, two: Standing, three: Standing) -> None:
    assert _seen(stricter(stricter(one, two), three)) == _seen(stricter(one, stricter(two, three)))


@given(any_standings())
def test_a_customer_joined_with_itself_stays_as_it_is(one: Standing) -> None:
    assert stricter(one, one) == one


def _seen(standing: Standing) -> tuple[object, ...]:
    granted = standing.row.status == "granted"
    return (standing.row, *((standing.valid_from, standing.valid_to) if granted else ()))


@given(any_rows(SARA), any_rows(ZARA), any_rows(TARA), moments)
def test_together_they_are_never_more_permissive_than_any_of_them_that_has_a_row(
    saras: list[Row], zaras: list[Row], taras: list[Row], at: datetime
) -> None:
    for channel in ("email", "sms", "any"):
        alone = [stands(rows, channel, at) for rows in (saras, zaras, taras)]
        ranks = [MOST_PERMISSIVE_FIRST.index(state) for state in alone if state != "none"]
        together = stands([*taras, *saras, *zaras], channel, at)
        assert together == (MOST_PERMISSIVE_FIRST[max(ranks)] if ranks else "none")


@given(any_rows(SARA), any_rows(ZARA), moments)
def test_the_list_of_standings_says_what_each_pair_says_alone(saras: list[Row], zaras: list[Row], at: datetime) -> None:
    rows = saras + zaras
    for (purpose, channel), standing in standing_of_family(rows).items():
        assert state_at(standing, at) == state_at(standing_for(rows, purpose, channel), at)


@given(any_rows(SARA), st.randoms())
def test_the_newest_row_of_each_pair_is_enough(rows: list[Row], random: object) -> None:
    newest = {each.pair: each for each in rows}
    shuffled = [*rows]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing_of_family(newest.values()) == standing_of_family(shuffled)


def told(**other: object) -> Told:
    """The telling that `row()` took down."""
    same = {"purpose": "marketing", "channel": "email", "status": "granted", "legal_basis": "consent"}
    return Told(**{**same, "source": "paper form", "evidence": "{}"} | other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        {"status": "withdrawn"},
        {"status": "denied"},
        {"legal_basis": "contract"},
        {"source": "web form"},
        {"evidence": '{"ip":"192.0.2.1"}'},
        {"valid_from": NOON},
        {"valid_to": NOON + DAY},
        {"channel": "any"},
    ],
)
def test_a_telling_with_other_content_is_new(other: dict[str, object]) -> None:
    standing = row()
    assert tells_nothing_new(told(), standing, standing, NOON)
    assert not tells_nothing_new(told(**other), standing, standing, NOON)


def test_a_grant_from_now_on_is_new_where_the_one_that_stands_begins_later() -> None:
    later = row(valid_from=NOON + DAY)
    assert not tells_nothing_new(told(), later, later, NOON)
    assert tells_nothing_new(told(valid_from=NOON + DAY), later, later, NOON)


def test_asking_again_for_a_double_opt_in_is_new_once_its_time_is_over() -> None:
    opened = row("pending", token_expires_at=NOON)
    assert tells_nothing_new(told(status="pending"), opened, opened, NOON - DAY)
    assert not tells_nothing_new(told(status="pending"), opened, opened, NOON)


def test_asking_again_for_a_double_opt_in_is_not_new_after_it_was_confirmed() -> None:
    opened = row("pending", token_expires_at=NOON + DAY)
    confirmed = replace(row(ordinal=2, evidence='{"clicked":true}'), confirms=opened.id)
    assert tells_nothing_new(told(status="pending"), confirmed, opened, NOON + 9 * DAY)


def test_a_plain_grant_over_an_open_double_opt_in_is_new() -> None:
    opened = row("pending", token_expires_at=NOON + DAY)
    assert not tells_nothing_new(told(), opened, opened, NOON)


def test_folding_many_customers_gives_what_the_family_gives() -> None:
    rows = [row("granted", customer_id=each, valid_to=NOON + n * DAY) for n, each in enumerate((SARA, ZARA, TARA), 1)]
    folded = reduce(stricter, [Standing(each, each.valid_from, each.valid_to) for each in rows])
    assert standing_for(rows, "marketing", "email") == folded
