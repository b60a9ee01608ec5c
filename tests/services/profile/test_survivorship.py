"""What a family shows: whose value survives, field by field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.merges.domain import Record, conflicts, golden, veto

DAY = datetime(2026, 1, 1, tzinfo=UTC)
LINKED = DAY + timedelta(days=100)


def record(number: int, document: dict[str, Any], source: str = "api", day: int = 0, **days: int) -> Record:
    """A member whose fields all come from one source on one day, those in `days` on another."""
    whole = {"kind": "person", "name": {}, "interests": [], "preferences": {}, "attributes": {}, "tags": [], **document}
    origins: dict[str, tuple[str, datetime]] = {}
    for field, value in whole.items():
        places = [f"/{field}/{part}" for part in value] if field in ("name", "address") else [f"/{field}"]
        origins |= dict.fromkeys(places, (source, DAY + timedelta(days=days.get(field, day))))
    return Record(UUID(int=number), whole, origins)


def test_what_only_one_of_them_knows_is_shown() -> None:
    family = [record(1, {"gender": "female"}), record(2, {"occupation": "baker"})]
    assert golden(family, LINKED).items() >= {"gender": "female", "occupation": "baker"}.items()


def test_a_better_source_wins_over_a_newer_value() -> None:
    family = [record(1, {"birth_date": "1990-01-01"}, day=50), record(2, {"birth_date": "1990-01-02"}, "registry")]
    assert golden(family, LINKED)["birth_date"] == "1990-01-02"


def test_of_equal_sources_the_newer_value_wins() -> None:
    family = [record(1, {"occupation": "baker"}, day=1), record(2, {"occupation": "cook"}, day=2)]
    assert golden(family, LINKED)["occupation"] == "cook"


def test_of_equals_the_survivor_wins() -> None:
    family = [record(2, {"occupation": "baker"}), record(1, {"occupation": "cook"})]
    assert golden(family, LINKED)["occupation"] == "baker"


def test_what_was_set_on_the_survivor_after_the_merge_wins_over_every_source() -> None:
    family = [record(1, {"gender": "female"}, "import", day=101), record(2, {"gender": "male"}, "registry", day=99)]
    assert golden(family, LINKED)["gender"] == "female"


def test_what_was_taken_from_the_survivor_after_the_merge_does_not_come_back_from_the_other() -> None:
    survivor = record(1, {})
    taken = Record(survivor.id, survivor.document, {**survivor.origins, "/gender": ("api", LINKED + timedelta(days=1))})
    assert "gender" not in golden([taken, record(2, {"gender": "male"})], LINKED)


def test_an_address_is_never_put_together_from_two() -> None:
    family = [
        record(1, {"address": {"city": "Tehran", "line1": "Azadi 1"}}, day=1),
        record(2, {"address": {"city": "Shiraz", "postal_code": "7134814336"}}, day=2),
    ]
    assert golden(family, LINKED)["address"] == {"city": "Shiraz", "postal_code": "7134814336"}


def test_a_name_is_taken_whole_and_only_its_gaps_are_filled() -> None:
    family = [
        record(1, {"name": {"given": "Sara", "family": "Rezaei"}}, day=2),
        record(2, {"name": {"given": "S.", "display": "Mrs Rezaei"}}, day=1),
    ]
    assert golden(family, LINKED)["name"] == {"given": "Sara", "family": "Rezaei", "display": "Mrs Rezaei"}


def test_tags_and_interests_are_joined_without_repeats() -> None:
    family = [record(1, {"tags": ["vip", "shop"]}, day=2), record(2, {"tags": ["shop", "web"], "interests": ["tea"]})]
    outcome = golden(family, LINKED)
    assert (outcome["tags"], outcome["interests"]) == (["vip", "shop", "web"], ["tea"])


def test_a_tag_that_was_removed_after_the_merge_stays_away() -> None:
    family = [record(1, {"tags": ["vip"]}, tags=101), record(2, {"tags": ["shop"]})]
    assert golden(family, LINKED)["tags"] == ["vip"]


def test_attributes_are_joined_key_by_key() -> None:
    family = [
        record(1, {"attributes": {"size": "L"}}, day=1),
        record(2, {"attributes": {"size": "M", "cup": 1}}, day=2),
    ]
    assert golden(family, LINKED)["attributes"] == {"size": "M", "cup": 1}


def test_a_customer_alone_shows_its_own_document() -> None:
    alone = record(1, {"name": {"given": "Sara"}, "tags": ["vip"], "gender": "female", "attributes": {"a": 1}})
    assert golden([alone], None) == alone.document


documents = st.fixed_dictionaries(
    {},
    optional={
        "gender": st.sampled_from(["female", "male"]),
        "tags": st.lists(st.sampled_from("abc"), unique=True),
        "address": st.fixed_dictionaries({"city": st.sampled_from(["Tehran", "Shiraz"])}),
    },
)
members = st.builds(
    lambda document, source, day: (document, source, day),
    documents,
    st.sampled_from(["api", "registry", "web"]),
    st.integers(0, 200),
)


@given(st.lists(members, min_size=1, max_size=4))
def test_every_value_shown_was_said_by_somebody(told: list[tuple[dict[str, Any], str, int]]) -> None:
    family = [record(number, *each) for number, each in enumerate(told)]
    outcome = golden(family, LINKED)
    for field in ("gender", "address"):
        assert outcome.get(field) in [None, *(each.document.get(field) for each in family)]
    assert set(outcome.get("tags", [])) <= {tag for each in family for tag in each.document["tags"]}


@given(st.lists(members, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_in_which_the_absorbed_are_read_does_not_matter(
    told: list[tuple[dict[str, Any], str, int]], random: Any
) -> None:
    survivor, *others = [record(number, *each) for number, each in enumerate(told)]
    shuffled = random.sample(others, len(others))
    first, second = (golden([survivor, *order], LINKED) for order in (others, shuffled))
    assert first == second


def test_fields_in_which_both_say_something_else_are_conflicts() -> None:
    one = record(1, {"gender": "female", "occupation": "baker", "tags": ["a"]})
    other = record(2, {"gender": "male", "occupation": "baker", "tags": ["b"], "birth_date": "1990-01-01"})
    assert conflicts(one, other) == [("gender", "female", "male")]


@pytest.mark.parametrize("type_", ["national_id", "organization_id"])
def test_two_different_strong_identifiers_forbid_a_merge(type_: str) -> None:
    found = veto(["person"], [(type_, "0012345679"), (type_, "1111111111"), ("phone", "+98912")])
    assert found is not None
    assert (found.field, found.values) == (type_, ("0012345679", "1111111111"))


def test_one_strong_identifier_in_both_is_no_obstacle() -> None:
    assert veto(["person", "person"], [("national_id", "0012345679"), ("national_id", "0012345679")]) is None


def test_a_person_and_an_organization_are_never_one() -> None:
    found = veto(["person", "organization"], [])
    assert found is not None
    assert found.field == "kind"
