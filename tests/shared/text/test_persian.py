"""The normaliser: hand-written pairs, and the laws that must hold for any text."""

from __future__ import annotations

import doctest
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamdel.text import normalise, persian, unify

PAIRS = [
    # Arabic letters for Persian ones
    ("علي", "علی"),
    ("موسى", "موسی"),
    ("كتاب", "کتاب"),
    ("ڪتاب", "کتاب"),
    ("يكى", "یکی"),
    ("كريمي", "کریمی"),
    ("پېشاور", "پیشاور"),
    ("ھمدل", "همدل"),
    ("ہمدل", "همدل"),
    # alef, hamza, te marbuta
    ("آرش", "ارش"),
    ("أحمد", "احمد"),
    ("إسلام", "اسلام"),
    ("ٱلله", "الله"),
    ("مؤمن", "مومن"),
    ("مسئول", "مسیول"),
    ("املاء", "املا"),
    ("جزء", "جز"),
    ("خانۀ", "خانه"),
    ("فاطمة", "فاطمه"),
    ("خانهٔ", "خانه"),
    ("رأس", "راس"),
    ("قرآن", "قران"),
    ("قرا\u0653ن", "قران"),
    # digits
    ("۰۹۱۲", "0912"),
    ("٠٩١٢", "0912"),
    ("۰1٢۳", "0123"),
    ("۴۵۶", "456"),
    ("٤٥٦", "456"),
    ("۷۸۹", "789"),
    ("１２３", "123"),
    ("پلاک ۱۲", "پلاک 12"),
    # invisible characters
    ("علی\u200cرضا", "علیرضا"),
    ("علی\u200dرضا", "علیرضا"),
    ("می\u200cخواهم", "میخواهم"),
    ("\u200fسلام\u200e", "سلام"),
    ("\u202bسلام\u202c", "سلام"),
    ("\u2067سلام\u2069", "سلام"),
    ("\ufeffسلام", "سلام"),
    ("سل\u00adام", "سلام"),
    ("سلام\u061c", "سلام"),
    ("سل\u200bام", "سلام"),
    ("س\u2060لام", "سلام"),
    # kashida and harakat
    ("ســـلام", "سلام"),
    ("مُحَمَّد", "محمد"),
    ("کتابٌ", "کتاب"),
    ("رَحمٰن", "رحمن"),
    ("عِلمِ", "علم"),
    ("سُکْر", "سکر"),
    # presentation forms and other compatibility forms
    ("ﺳﻼﻡ", "سلام"),
    ("ﻛﺘﺎﺏ", "کتاب"),
    ("ﯾﮏ", "یک"),
    ("ﷲ", "الله"),
    ("﷼", "ریال"),
    ("ﹽا", "ا"),
    ("Ｈａｍｄｅｌ", "hamdel"),
    ("ﬁn", "fin"),
    ("№5", "no5"),
    # case and Latin accents
    ("HAMDEL", "hamdel"),
    ("José", "jose"),
    ("jose\u0301", "jose"),
    ("Straße", "strasse"),
    ("Ångström", "angstrom"),
    ("Łódź", "lodz"),
    ("Søren", "soren"),
    ("İstanbul", "istanbul"),
    ("Diyarbakır", "diyarbakir"),
    ("Æther", "aether"),
    ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
    # white space
    ("  علی   رضا ", "علی رضا"),
    ("علی\u00a0رضا", "علی رضا"),
    ("علی\t\nرضا", "علی رضا"),
    ("\u3000hamdel\u2003one", "hamdel one"),
    ("", ""),
    (" \u200c ", ""),
    # what stays as it is
    ("a+b@example.com", "a+b@example.com"),
    ("گچپژ", "گچپژ"),
    ("日本", "日本"),
    ("한국", "한국"),
    ("007", "007"),
]


@pytest.mark.parametrize(("written", "key"), PAIRS)
def test_each_written_form_has_the_key_that_was_decided(written: str, key: str) -> None:
    assert normalise(written) == key


def test_unify_keeps_case_and_accents_but_folds_persian_letters() -> None:
    assert unify("AbÉ كي ۱") == "AbÉ کی 1"


def test_unify_composes_a_letter_whose_accent_was_set_apart_by_an_invisible_mark() -> None:
    assert unify("e\u200c\u0301") == "é"


@settings(max_examples=400)
@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@settings(max_examples=400)
@given(st.text(alphabet="اآيىكةۀء\u0654\u0653\u200c\u0640\u064eéeE\u0301ß ﻻﹰ۱١", max_size=12))
def test_unifying_twice_changes_nothing_even_for_the_letters_it_rewrites(text: str) -> None:
    once = unify(text)
    assert unify(once) == once


@settings(max_examples=300)
@given(st.text(max_size=30), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_key_does_not_depend_on_the_unicode_form_of_the_input(text: str, form: str) -> None:
    assert normalise(unicodedata.normalize(form, text)) == normalise(text)  # type: ignore[arg-type]


@settings(max_examples=300)
@given(st.text(max_size=30))
def test_upper_case_latin_has_the_key_of_lower_case(text: str) -> None:
    latin = "".join(char for char in text if char.isascii())
    assert normalise(latin.upper()) == normalise(latin.lower())


def test_no_single_character_needs_a_second_pass() -> None:
    unstable = [code for code in range(0x3000) if normalise(normalise(chr(code))) != normalise(chr(code))]
    assert unstable == []


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(sys.modules[persian.__name__]).failed == 0
