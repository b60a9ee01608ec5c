"""Variables of canned replies; no database."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interaction_service.canned.domain import CannedReply, MissingVariablesError, language_of, rendered


def reply(**changes: Any) -> CannedReply:
    given: dict[str, Any] = {
        "code": "hello",
        "texts": {"fa": "سلام {{ name | دوست عزیز }}", "en": "Dear {{name}}, case {{case.number}}"},
        "fallbacks": {"en": {"name": "customer"}},
        "version": 1,
    }
    return CannedReply(**(given | changes))


@pytest.mark.parametrize(
    ("language", "variables", "text"),
    [
        ("en", {"name": "Sara", "case.number": "7"}, "Dear Sara, case 7"),
        ("en", {"case.number": "7"}, "Dear customer, case 7"),
        ("en", {"name": "", "case.number": "7"}, "Dear customer, case 7"),
        ("fa", {}, "سلام دوست عزیز"),
        ("fa", {"name": "سارا"}, "سلام سارا"),
    ],
)
def test_a_value_comes_before_a_fall_back(language: str, variables: dict[str, str], text: str) -> None:
    assert rendered(reply(), language, variables) == text


def test_what_nobody_gave_is_named() -> None:
    with pytest.raises(MissingVariablesError) as found:
        rendered(reply(texts={"en": "{{b}} {{a}} {{b}}"}, fallbacks={}), "en", {})
    assert found.value.names == ["b", "a"]


@given(value=st.text(min_size=1))
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert rendered(reply(texts={"en": "<{{x}}>"}), "en", {"x": value, "y": "gone"}) == f"<{value}>"


def test_the_other_language_is_better_than_none() -> None:
    assert language_of(reply(), "fa") == "fa"
    assert language_of(reply(texts={"en": "x"}), "fa") == "en"
