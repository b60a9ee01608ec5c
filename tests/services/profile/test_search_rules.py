"""The pure rules of search: words, keys, slips and sounds."""

from __future__ import annotations

import random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profile_service.search.domain import Document, Span, Stage, first_place, name_keys, phone_keys, words_of
from profile_service.search.keys import Found, indexed
from profile_service.search.query import Query
from profile_service.search.words import features, similar, similar_features

LETTERS = "ابپتجچحخدرزسشغفقکگلمنوهی"
PERSIAN = st.text(LETTERS, min_size=4, max_size=12)
LATIN = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)


def one_slip(word: str, dice: random.Random, alphabet: str) -> str:
    """The word with one letter lost, added, wrong, or swapped with the next."""
    at = dice.randrange(len(word) - 1)
    other = dice.choice(alphabet)
    return dice.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + other + word[at:],
            word[:at] + other + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sara o'neil", ["sara", "o", "neil"]),
        ("0912 345-67 89", ["0912345" + "6789"]),
        ("سارا 0912 345", ["سارا", "0912345"]),
        ("unit 7b", ["unit", "7b"]),
        ("... -- _", []),
        ("a" * 100, ["a" * 64]),
    ],
)
def test_a_text_is_cut_into_words_and_numbers(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_phone_has_a_key_for_each_of_its_endings_of_four_digits_or_more() -> None:
    assert phone_keys("0098912345") == ["398912345", "38912345", "3912345", "312345", "32345"]
    assert phone_keys("123") == []


def test_two_words_of_one_part_of_a_name_are_one_word_as_well() -> None:
    assert name_keys(["علی رضا", "حسین زاده"]) == ["1علی", "1رضا", "1علیرضا", "1حسین", "1زاده", "1حسینزاده"]


def test_a_customer_is_kept_under_its_keys() -> None:
    customer = Found(
        UUID(int=1), 3, "person", "618033991", False, ["VIP"],
        [("Élan", "Rad", None), (None, None, None)],
        [("phone", "021 998", "+9821998"), ("email", "A.b@x.ir", "a.b@x.ir"), ("card", "77", "77")],
    )  # fmt: skip
    row = indexed(customer)
    assert set(Document.keys(row.document)) == {
        "1elan", "1rad", "2618033991", "321998", "31998", "39821998", "3821998", "4a", "4b", "4x", "4ir",
        "=elan rad", "@person", "#vip",
    }  # fmt: skip
    assert "=elan rad" not in Document.seen(row.document)
    assert (row.tags, row.version) == (["vip"], 3)


def test_who_has_several_keys_on_the_way_is_met_under_the_first() -> None:
    document = Document.of(["1محمد", "1محمدی", "4mohammad"], ["=محمد محمدی", "@person"])
    beginning, word = Span("1محم", "1محم\U0010ffff"), Span.of("4mohammad")
    assert first_place(document, [beginning, word]) == (0, "1محمد")
    assert first_place(document, [word, beginning]) == (0, "4mohammad")
    assert first_place(document, [Span.of("1محم"), word]) == (1, "4mohammad")
    assert first_place(document, [Span.of("@person")]) == (0, "@person")
    assert first_place(document, [Span("1محمدی0", "1محمدی\U0010ffff"), Span.of("1person")]) is None


def test_a_better_stage_never_scores_less() -> None:
    scores = [stage.score for stage in Stage]
    assert scores == sorted(scores, reverse=True)
    assert 0 < min(scores) <= max(scores) == 1


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("حسنیی", "حسینی"),
        ("محمدرصا", "محمدرضا"),
        ("تهماسبی", "طهماسبی"),
        ("hoseini", "hosseini"),
        ("mohamad", "mohammad"),
        ("hosseini", "حسینی"),
        ("حسینی", "hosseini"),
        ("khosravi", "خسروی"),
        ("smiht", "smith"),
        ("gholamreza", "غلامرضا"),
        ("mohammdazdeh", "mohammadzadeh"),
    ],
)
def test_a_slip_and_the_other_script_lead_to_the_word_that_was_meant(word: str, meant: str) -> None:
    assert set(similar_features(word, slips=True)) & set(features(meant))
    assert similar(word, [meant, "زهرا", "williams"], slips=True) == [meant]


def test_the_nearest_come_first() -> None:
    assert similar("حسیین", ["حسینی", "حسین", "حسن"], slips=True)[0] == "حسین"
    assert similar("hosseini", ["حسن", "حسین", "حسینی"], slips=False) == ["حسینی"]


def test_a_short_word_has_no_slips() -> None:
    assert similar("علی", ["علم", "علف"], slips=True) == []


@given(PERSIAN | LATIN, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_one_slip_in_a_word_of_five_letters_or_more_is_always_found(word: str, dice: random.Random) -> None:
    meant = word + word[:1] if len(word) < 5 else word
    typed = one_slip(meant, dice, LETTERS if meant[0] in LETTERS else "abcxyz")
    if typed.startswith(meant) or meant.startswith(typed):
        return
    assert set(similar_features(typed, slips=True)) & set(features(meant))
    assert meant in similar(typed, [meant], slips=True)


@given(st.lists(PERSIAN, min_size=1, max_size=4))
def test_the_words_of_a_whole_name_may_come_in_any_order(words: list[str]) -> None:
    assert Query.of(" ".join(words)).whole == Query.of(" ".join(reversed(words))).whole


@given(st.text(max_size=200))
def test_a_document_gives_its_keys_back_whatever_was_typed(text: str) -> None:
    keys = {f"1{word}" for word in words_of(text)}
    assert set(Document.keys(Document.of(keys, []))) == keys
    assert {"1" + token.text for token in Query.of(text).tokens} == keys
