"""The words of texts and of questions."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interaction_service.search.words import question, words_of

ONE = UUID("019e8f2a-7c10-7a3b-9c4d-5e6f70819203")


def test_words_are_distinct_folded_and_of_bounded_length() -> None:
    assert words_of("Ab ab كي", None, "x" * 100) == ["ab", "x" * 64, "کی"]


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ("late par", "'late' & 'par':*"),
        ("  ؟!  ", None),
        ("it's", "'it' & 's':*"),
        ("a & b | !c", "'a' & 'b' & 'c':*"),
    ],
)
def test_a_question_asks_for_all_words_the_last_of_which_may_go_on(asked: str, made: str | None) -> None:
    assert question(asked) == made


def test_a_question_about_customers_names_them() -> None:
    assert question("a", [ONE]) == "'a':* & ('@019e8f2a7c107a3b9c4d5e6f70819203')"


@given(text=st.text(max_size=60))
def test_every_text_answers_to_its_own_words(text: str) -> None:
    asked = question(text)
    if asked is None:
        assert words_of(text) == []
    else:
        wanted = [part.removesuffix(":*").strip("'") for part in asked.split(" & ")]
        assert set(wanted) <= set(words_of(text))
