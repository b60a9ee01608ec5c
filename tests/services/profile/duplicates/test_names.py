"""Names and addresses in comparable form, keys, and the sentence a clerk reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.duplicates.blocking import hashed, keys_of
from profile_service.duplicates.comparison import birth_level, email_level, name_level, phone_level
from profile_service.duplicates.domain import Evidence, Level, explanation
from profile_service.duplicates.names import organisation_name, part_of, street_of
from profile_service.duplicates.records import phone_key
from profile_service.duplicates.transliteration import skeleton
from tests.services.profile.duplicates.pairs import HOME, customer

SPELLINGS = {
    "محمد": ("mohammad", "mohamed", "muhammad", "mohamad"),
    "حسین": ("hossein", "hosein", "husayn", "hussain"),
    "فاطمه": ("fatemeh", "fateme", "fatima"),
    "قاسم": ("ghasem", "qasem", "ghassem"),
    "خدیجه": ("khadijeh", "khadija"),
    "رضایی": ("rezaei", "rezaee", "rezai"),
    "چنگیز": ("changiz", "chengiz"),
    "شیرین": ("shirin", "shireen"),
    "جواد": ("javad", "jawad"),
    "عباس": ("abbas", "abas"),
    "ژیلا": ("zhila", "jila"),
    "طاهره": ("tahereh", "tahere"),
}


@pytest.mark.parametrize(("persian", "latin"), [(key, each) for key, found in SPELLINGS.items() for each in found])
def test_a_persian_name_and_its_latin_spellings_share_their_consonants(persian: str, latin: str) -> None:
    assert skeleton(persian) == skeleton(latin) != ""


@pytest.mark.parametrize(("one", "other"), [("ali", "reza"), ("saeed", "hamid"), ("مریم", "زهرا"), ("john", "emma")])
def test_different_names_do_not_sound_the_same(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(max_size=40))
def test_any_text_has_a_skeleton_of_small_letters(text: str) -> None:
    assert set(skeleton(text)) <= set("abcdefghijklmnopqrstuvwxyz$")


LEVELS = [
    ("Sara", "sara", Level.EXACT),
    ("علي‌رضا", "علیرضا", Level.EXACT),
    ("Farhad", "Frahad", Level.TYPO),
    ("Hossein", "Husayn", Level.SOUND),
    ("Mohammad Reza", "Mohammad", Level.PART),
    ("F", "Farhad", Level.INITIAL),
    ("M", "Farhad", Level.INITIAL_DIFFERENT),
    ("Farhad", "فرهاد", Level.OTHER_SCRIPT),
    ("Farhad", "فرهاذ", Level.OTHER_SCRIPT_CLOSE),
    ("Maryam", "فرهاد", Level.OTHER_SCRIPT_DIFFERENT),
    ("Farhad", "Shirin", Level.DIFFERENT),
]


@pytest.mark.parametrize(("one", "other", "level"), LEVELS)
def test_names_agree_on_a_level(one: str, other: str, level: Level) -> None:
    a, b = part_of(one), part_of(other)
    assert a is not None
    assert b is not None
    assert name_level(a, b)[0] is level
    assert name_level(b, a)[0] is level


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("19840327", Level.EXACT),
        ("19840322", Level.TYPO),
        ("19843027", Level.TYPO),
        ("19850327", Level.TYPO),
        ("19840316", Level.TWO_OF_THREE),
        ("19710101", Level.DIFFERENT),
    ],
)
def test_birth_dates_agree_on_a_level(other: str, level: Level) -> None:
    assert birth_level("19840327", other)[0] is level


def test_day_and_month_swapped_is_a_level_of_its_own() -> None:
    assert birth_level("19840903", "19840309")[0] is Level.SWAPPED


def test_a_phone_is_compared_without_its_country_code() -> None:
    assert phone_level(phone_key("+989121234567"), phone_key("0912 123 4567"))[0] is Level.EXACT
    assert phone_level(phone_key("+989121234567"), phone_key("+989121234576"))[0] is Level.TYPO
    assert phone_level(phone_key("+989121234567"), phone_key("+989121239999"))[0] is Level.DIFFERENT


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("sara.r@example.com", Level.EXACT),
        ("sara.r@exmple.com", Level.TYPO),
        ("sara.r@mail.test", Level.SAME_MAILBOX),
        ("reza.k@example.com", Level.DIFFERENT),
    ],
)
def test_mailboxes_agree_on_a_level(other: str, level: Level) -> None:
    assert email_level("sara.r@example.com", other)[0] is level


@pytest.mark.parametrize("name", ["شرکت پارس (سهامی خاص)", "پارس", "شرکت پارس با مسئولیت محدود"])
def test_an_organisation_is_named_without_its_legal_form(name: str) -> None:
    assert [part.text for part in organisation_name([(None, None, name)]).given] == ["پارس"]


def test_an_address_is_its_words_and_its_numbers() -> None:
    found = street_of(["خیابان حافظ، کوچهٔ یاس، پلاک ۱۲ واحد ۳", None])
    assert found is not None
    assert found.numbers == {"12", "3"}
    assert [line.text for line in found.lines] == ["حافظیاس"]
    assert street_of([None, " "]) is None


def test_a_swapped_or_transliterated_name_shares_keys_with_the_first() -> None:
    keys = keys_of(customer(address=HOME))
    assert "n:frhd:glstn" in keys
    for other in (customer("Golestani", "Farhad", born=None), customer("فرهاد", "گلستانی", born=None)):
        assert keys & keys_of(other) == {"n:frhd:glstn"}


def test_keys_are_the_same_numbers_in_every_process() -> None:
    # BLAKE2b-64 of "p:912123456", by the command b2sum -l 64
    assert hashed(["p:912123456"]) == {int.from_bytes(bytes.fromhex(B2SUM), signed=True)}


B2SUM = "ecfa4cc30e153cec"

SENTENCES = [
    (
        [("name.given", "swapped"), ("name.family", "swapped"), ("birth_date", "typo"), ("phone", "exact")],
        "Given and family name swapped, birth dates differ in one digit, same phone.",
        "نام و نام خانوادگی جابه‌جا، تاریخ‌های تولد تنها در یک رقم فرق دارند، تلفن یکسان.",
    ),
    (
        [("name.given", "typo"), ("name.family", "exact"), ("address.line1", "close"), ("email", "same_mailbox")],
        "Names almost equal, same e-mail name at another provider, addresses almost equal.",
        "نام‌های تقریباً یکسان، نام ایمیل یکسان نزد سرویس دیگر، نشانی‌های تقریباً یکسان.",
    ),
    (
        [
            ("name.given", "different"),
            ("name.family", "exact"),
            ("birth_date", "exact"),
            ("address.line1", "different"),
        ],
        "Different given names, same birth date, different addresses.",
        "نام‌های کوچک متفاوت، تاریخ تولد یکسان، نشانی‌های متفاوت.",
    ),
    ([("national_id", "exact")], "Same national id.", "کد ملی یکسان."),
    ([], "", ""),
]


@pytest.mark.parametrize(("levels", "english", "persian"), SENTENCES)
def test_a_clerk_reads_what_agrees_and_what_does_not(levels: list[tuple[str, str]], english: str, persian: str) -> None:
    evidence = [Evidence(field, Level(level), 1.0) for field, level in levels]
    assert explanation(evidence, persian=False) == english
    assert explanation(evidence, persian=True) == persian
