"""From template and variables to texts: what is checked before, what is refused, what a reader sees."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interaction_service.delivery.rendering import RenderingError, faults, fill, finished, required

FSI, PDI = "\u2068", "\u2069"


def filled(source: str, variables: dict[str, Any], language: str = "en", html: bool = False) -> str:
    """The text, with Persian digits where the language has them."""
    return fill(source, variables, language=language, html=html, persian_digits=True)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("{{ name", "template_syntax"),
        ("{% if %}", "template_syntax"),
        ("{{ range(9) }}", "template_element"),
        ("{{ ''.__class__.__mro__ }} {{ cycler() }}", "template_element"),
        ("{{ 9 ** 9 }}", "template_element"),
        ("{{ 'a' * 1000000 }}", "template_element"),
        ("{{ name|safe }}", "template_element"),
        ("{{ name|nothing }}", "template_element"),
        ("{% set x = 1 %}", "template_element"),
        ("{% include 'x' %}", "template_element"),
        ("{% macro m() %}{% endmacro %}", "template_element"),
        ("{% for a in x %}{% for b in x %}{% endfor %}{% endfor %}", "template_element"),
    ],
)
def test_what_is_no_template_of_ours_is_known_when_it_is_saved(source: str, kind: str) -> None:
    found = faults({"en": {"body_text": source}}, {})
    assert {(each.pointer, each.kind) for each in found} == {("/texts/en/body_text", kind)}


@pytest.mark.parametrize("html", ["<html><p>x</p></html>", "<BODY>x", "<script>x</script>"])
def test_html_is_the_inside_of_a_page(html: str) -> None:
    (fault,) = faults({"en": {"body_text": "x", "body_html": html}}, {})
    assert (fault.pointer, fault.kind) == ("/texts/en/body_html", "template_page")


def test_a_fallback_that_nothing_uses_or_that_lacks_a_language_is_a_fault() -> None:
    texts = {"fa": {"body_text": "{{ name }}"}, "en": {"body_text": "{{ name }}"}}
    kinds = [(each.pointer, each.kind) for each in faults(texts, {"name": {"en": "you"}, "nme": {"en": "", "fa": ""}})]
    assert kinds == [("/fallbacks/name", "fallback_language"), ("/fallbacks/nme", "unused_variable")]


def test_required_are_the_variables_that_nothing_stands_in_for() -> None:
    source = "{{ a }} {{ b|default('x') }} {% if c is defined %}!{% endif %} {% for i in items %}{{ i.n }}{% endfor %}"
    texts = {"en": {"body_text": source + "{{ d }} {{ given_name }}"}}
    assert required(texts, {"d": {"en": "x"}}) == ["a", "items"]


@pytest.mark.parametrize(
    ("source", "variables"),
    [
        ("{{ name }}", {}),
        ("{{ name }}", {"name": None}),
        ("{{ order.number }}", {"order": {}}),
        ("{% if name %}x{% endif %}", {}),
        ("{{ name.__class__ }}", {"name": "x"}),
    ],
)
def test_what_is_missing_is_never_left_blank(source: str, variables: dict[str, Any]) -> None:
    with pytest.raises(RenderingError) as caught:
        filled(source, variables)
    assert caught.value.reason == "missing-variable"


@pytest.mark.parametrize("value", [["a"], {"a": 1}, True])
def test_what_is_neither_text_nor_number_is_not_shown(value: Any) -> None:
    with pytest.raises(RenderingError) as caught:
        filled("{{ value }}", {"value": value})
    assert caught.value.reason == "broken-template"


def test_html_in_a_value_is_text() -> None:
    assert filled("<p>{{ name }}</p>", {"name": "<b>&"}, html=True) == "<p>&lt;b&gt;&amp;</p>"
    assert filled("{{ name }}", {"name": "<b>&"}) == "<b>&"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1250, "۱۲۵۰"),
        (Decimal("12.50"), "۱۲.۵۰"),
        ("1403/07/01", "۱۴۰۳/۰۷/۰۱"),
        ("سارا", "سارا"),
        ("A-12", "A-12"),  # a code with letters stays as it is typed
    ],
)
def test_a_persian_text_isolates_its_values_and_writes_numbers_with_persian_digits(value: Any, shown: str) -> None:
    assert filled("کد {{ v }} شما", {"v": value}, "fa") == f"کد {FSI}{shown}{PDI} شما"


def test_an_english_text_isolates_persian_values_alone_and_keeps_digits() -> None:
    assert filled("{{ a }} {{ b }} {{ c }}", {"a": "Sara", "b": "سارا", "c": 12}) == f"Sara {FSI}سارا{PDI} 12"


def test_a_link_gets_no_marks_that_would_become_part_of_it() -> None:
    assert filled("{{ u }}", {"u": "https://x.example/1?a=2"}, "fa") == "https://x.example/1?a=2"


def test_a_value_cannot_turn_the_direction_of_the_text_around_it() -> None:
    assert filled("{{ v }}.", {"v": "a\u202eb\u2069c"}, "fa") == f"{FSI}abc{PDI}."


@given(value=st.text(max_size=30))
def test_isolates_are_balanced_whatever_the_value(value: str) -> None:
    text = filled("سلام {{ v }}!", {"v": value}, "fa")
    assert text.count(FSI) == text.count(PDI) <= 1
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067") & set(text)


def test_an_email_without_html_gets_a_page_that_reads_from_the_right() -> None:
    made = finished("fa", "موضوع\nدو", "سلام <سارا>\n\nhttps://x.example/?a=1&b=2", None, email=True)
    assert made.subject == "موضوع دو"
    assert made.body_html is not None
    assert '<html lang="fa" dir="rtl">' in made.body_html
    assert '<body dir="rtl" style="text-align: right;' in made.body_html
    assert "<p>سلام &lt;سارا&gt;</p>" in made.body_html
    assert '<a href="https://x.example/?a=1&amp;b=2" dir="ltr">' in made.body_html


def test_the_unsubscribe_link_is_added_once_to_each_part() -> None:
    link = "https://crm.example/v1/u/token"
    made = finished("en", "s", "text", "<p>html</p>", email=True, unsubscribe_url=link)
    own = finished("en", "s", f"text {link}", f'<a href="{link}">x</a>', email=True, unsubscribe_url=link)
    assert made.body_html is not None
    assert own.body_html is not None
    assert (made.body_text.count(link), made.body_html.count(link)) == (1, 1)
    assert (own.body_text.count(link), own.body_html.count(link)) == (1, 1)


def test_a_text_message_is_the_text_alone() -> None:
    made = finished("fa", None, "سلام", None, email=False, unsubscribe_url="https://crm.example/v1/u/token")
    assert (made.body_text, made.body_html) == ("سلام", None)
