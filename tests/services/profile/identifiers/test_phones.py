"""Phone numbers: a table by hand, and the examples of every country that libphonenumber publishes."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from hamdel.text import unify
from profile_service.identifiers.canonical import canonical
from profile_service.identifiers.domain import InvalidIdentifierError
from profile_service.identifiers.phones import phone

GOOD = [
    # an Iranian mobile in the ways it is written
    ("+989123456789", "IR", "+989123456789"),
    ("+98 912 345 6789", "IR", "+989123456789"),
    ("+98 (912) 345-6789", "IR", "+989123456789"),
    ("(+98) 912 345 6789", "IR", "+989123456789"),
    ("+98-912-345-6789", "IR", "+989123456789"),
    ("+98.912.345.6789", "IR", "+989123456789"),
    ("0098 912 345 6789", "IR", "+989123456789"),
    ("989123456789", "IR", "+989123456789"),
    ("09123456789", "IR", "+989123456789"),
    ("9123456789", "IR", "+989123456789"),
    ("+98 0912 345 6789", "IR", "+989123456789"),
    ("+98(0)9123456789", "IR", "+989123456789"),
    ("00980912 345 6789", "IR", "+989123456789"),
    ("۰۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"),
    ("٠٩١٢٣٤٥٦٧٨٩", "IR", "+989123456789"),
    ("۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789"),
    ("+۹۸۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"),
    ("۰۰۹۸۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"),
    ("０９１２３４５６７８９", "IR", "+989123456789"),
    ("\u202a+989123456789\u202c", "IR", "+989123456789"),
    ("0912\u200c345\u200c6789", "IR", "+989123456789"),
    ("0912–345–6789", "IR", "+989123456789"),
    ("tel:+98-912-345-6789", "IR", "+989123456789"),
    # the other operators
    ("0990 123 4567", "IR", "+989901234567"),
    ("0935 123 4567", "IR", "+989351234567"),
    ("0919 123 4567", "IR", "+989191234567"),
    ("0922 123 4567", "IR", "+989221234567"),
    # Iranian landlines: no rule of mobiles touches them
    ("02188776655", "IR", "+982188776655"),
    ("021-88 77 66.55", "IR", "+982188776655"),
    ("(021) 88776655", "IR", "+982188776655"),
    ("+98 21 8877 6655", "IR", "+982188776655"),
    ("0098 21 8877 6655", "IR", "+982188776655"),
    ("۰۲۱۸۸۷۷۶۶۵۵", "IR", "+982188776655"),
    ("021/88776655", "IR", "+982188776655"),
    ("02191234567", "IR", "+982191234567"),
    ("031-32123456", "IR", "+983132123456"),
    ("041 3212 3456", "IR", "+984132123456"),
    ("051-32123456", "IR", "+985132123456"),
    ("071 32123456", "IR", "+987132123456"),
    ("026-3212-3456", "IR", "+982632123456"),
    ("061 3212 3456", "IR", "+986132123456"),
    ("021-1540", "IR", "+98211540"),
    ("021 96800", "IR", "+982196800"),
    # extensions
    ("02188776655 ext. 12", "IR", "+982188776655;ext=12"),
    ("021-88776655 x12", "IR", "+982188776655;ext=12"),
    ("021-88776655 #012", "IR", "+982188776655;ext=012"),
    ("۰۲۱ ۸۸۷۷۶۶۵۵ داخلی ۱۲", "IR", "+982188776655;ext=12"),
    ("021 88776655 داخلي: 12", "IR", "+982188776655;ext=12"),
    ("+98-21-8877-6655;ext=12", "IR", "+982188776655;ext=12"),
    ("021 88776655, Extension 12", "IR", "+982188776655;ext=12"),
    # other countries, from Iran: public switchboards, and numbers that Ofcom and NANP keep for fiction
    ("+1 202 456 1414", "IR", "+12024561414"),
    ("001 650 253 0000", "IR", "+16502530000"),
    ("+1 415 555 0132", "IR", "+14155550132"),
    ("+44 20 7946 0958", "IR", "+442079460958"),
    ("0044 (0)20 7946 0958", "IR", "+442079460958"),
    ("+33 1 42 68 53 00", "IR", "+33142685300"),
    ("+49 30 18 400 0", "IR", "+4930184000"),
    ("+39 06 6982", "IR", "+39066982"),
    ("+81 3 3581 0101", "IR", "+81335810101"),
    ("+86 10 6512 0000", "IR", "+861065120000"),
    ("+7 495 697 03 49", "IR", "+74956970349"),
    ("+90 312 420 60 00", "IR", "+903124206000"),
    ("+971 4 224 5555", "IR", "+97142245555"),
    ("+65 6666 6666", "IR", "+6566666666"),
    # another country as the default
    ("(650) 253-0000", "US", "+16502530000"),
    ("1-800-356-9377", "US", "+18003569377"),
    ("011 98 21 8877 6655", "US", "+982188776655"),
    ("020 7946 0958", "GB", "+442079460958"),
    ("+989123456789", "GB", "+989123456789"),
]

BAD = [
    # nothing, or only a filled field
    "", " ", "-", "--", "+", "0", "00", "000", "0000000", "00000000000", "۰۰۰۰۰۰۰۰", "-1", "n/a", "N/A", "null", "None",
    "test", "unknown", "نامشخص", "ندارد", "تست", "11111111111", "09999999999", "+989999999999", "+98 999 999 9999",
    "9999999999", "1111", "123",
    # too short, too long
    "1234", "88776655", "0912", "0912 345 678", "0912 345 67890", "021 8877 665", "021 8877 66555", "+98", "+98912",
    "+9891234567890123", "12345678901234567890", "02188776655-6", "02188776655/02188776656", "0" * 200,
    # no such prefix or country
    "0941 123 4567", "0800 123 4567", "022-33212345", "088-33212345", "+999 123456789", "+000 123456789",
    "+98 98 912 345 6789", "+1 555 555 5555", "+44 1", "110", "115", "0098",
    # letters, words and other signs
    "0912123ALI7", "09l2 345 6789", "O9123456789", "Ali 09123456789", "09123456789 Ali", "sara@example.com", "+98abc",
    "1-800-FLOWERS", "0912_345_6789", "0912*345*6789", "0912 345 6789 ext", "ext 12", "0912 345 6789 +",
    "++989123456789", "0912,345,6789", "9.123456789E9", "²0912345678", "तेस्त",
]  # fmt: skip


@pytest.mark.parametrize(("written", "region", "number"), GOOD)
def test_a_phone_number_has_one_form_however_it_is_written(written: str, region: str, number: str) -> None:
    assert canonical("phone", written, region) == number


@pytest.mark.parametrize("written", BAD)
def test_what_nobody_can_dial_is_refused(written: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        canonical("phone", written, "IR")


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert min(len(set(GOOD)), len(set(BAD))) >= 60


@pytest.mark.parametrize("kind", [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE])
def test_the_example_numbers_of_every_country_are_numbers_at_home_and_abroad(kind: int) -> None:
    seen = 0
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        seen += 1
        dialled = phonenumbers.format_number(example, PhoneNumberFormat.E164)
        at_home = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
        abroad = phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL)
        assert (phone(at_home, region), phone(abroad, "IR")) == (dialled, dialled)
    assert seen > 200


GAPS = st.sampled_from(["", " ", "-", ".", " - ", "\u200c", "–"])


@given(st.integers(0, 9_999_999), st.sampled_from(["0", "+98", "0098", "98", ""]), GAPS, GAPS)
def test_prefix_and_grouping_of_a_mobile_do_not_matter(number: int, prefix: str, one: str, two: str) -> None:
    digits = f"{number:07d}"
    written = f"{prefix}912{one}{digits[:3]}{two}{digits[3:]}"
    assert canonical("phone", written, "IR") == f"+98912{digits}"


@given(st.text("0123456789۰۱۲٣٤+-() .xداخلی;=#/", max_size=18), st.sampled_from(["IR", "US", "IT", "AR"]))
def test_the_form_of_a_form_is_itself_wherever_one_is(written: str, region: str) -> None:
    try:
        once = phone(unify(written), region)
    except InvalidIdentifierError:
        return
    assert once.replace(";ext=", "").lstrip("+").isdigit()
    assert {phone(once, elsewhere) for elsewhere in ("IR", "US", "IT", "AR")} == {once}
