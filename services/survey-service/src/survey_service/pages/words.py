"""What the pages say in Persian and English, and how each writes numbers and names months."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from hamdel.http.catalogue import field_message
from hamdel.http.problem import FieldError

__all__ = ["LANGUAGES", "MONTHS", "NAMES", "Language", "digits", "direction", "fault", "words"]

Language = Literal["fa", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fa", "en")
NAMES: Final[Mapping[Language, str]] = MappingProxyType({"fa": "فارسی", "en": "English"})

_PERSIAN: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "fa": {
        "next": "بعدی",
        "back": "قبلی",
        "send": "ارسال پاسخ‌ها",
        "switch": "زبان",
        "progress": "صفحهٔ {at} از {of}",
        "error": "خطا",
        "errors": "لطفاً این موارد را درست کنید",
        "stale": "این صفحه در پنجره‌ای دیگر پاسخ گرفته بود؛ آنچه ذخیره شده است در زیر می‌آید.",
        "expired_form": "اعتبار این فرم به پایان رسیده بود؛ لطفاً دوباره بفرستید.",
        "empty": "لطفاً دست‌کم به یک پرسش پاسخ دهید.",
        "required": "پاسخ لازم است",
        "dismiss": "ترجیح می‌دهم پاسخ ندهم",
        "day": "روز",
        "month": "ماه",
        "year": "سال",
        "agree": "موافقم",
        "between": "عددی از {min} تا {max}",
        "at_least": "عددی دست‌کم {min}",
        "at_most": "عددی حداکثر {max}",
        "choose_some": "از {min} تا {max} گزینه را برگزینید",
        "choose_least": "دست‌کم {min} گزینه را برگزینید",
        "choose_most": "حداکثر {max} گزینه را برگزینید",
        "choose_any": "هر تعداد گزینه را که می‌خواهید برگزینید",
        "nps_low": "به‌هیچ‌وجه",
        "nps_high": "به‌یقین",
        "thanks_title": "سپاس از شما",
        "thanks": "پاسخ‌هایتان ثبت شد. از وقتی که گذاشتید سپاس‌گزاریم.",
        "answered_title": "پیش‌تر پاسخ داده‌اید",
        "answered": "پاسخ این نظرسنجی با این پیوند پیش‌تر ثبت شده است. نیازی به کار دیگری نیست؛ سپاس از شما.",
        "expired_title": "مهلت پاسخ گذشته است",
        "expired": "مهلت این دعوت به پایان رسیده است. از توجه شما سپاس‌گزاریم.",
        "closed_title": "این نظرسنجی بسته شده است",
        "closed": "این نظرسنجی دیگر پاسخ نمی‌گیرد. از توجه شما سپاس‌گزاریم.",
        "unknown_title": "این پیوند شناخته نشد",
        "unknown": "شاید نشانی کامل نیامده باشد. لطفاً پیوند را یک بار دیگر از خود پیام باز کنید.",
        "busy_title": "اکنون نمی‌توانیم پاسخ بدهیم",
        "busy": "لطفاً چند لحظهٔ دیگر دوباره بکوشید. پاسخ‌هایی که تا اینجا فرستاده‌اید از دست نرفته است.",
        "refused_title": "این پاسخ پذیرفته نشد",
        "refused": "لطفاً پیوند را یک بار دیگر از خود پیام باز کنید.",
    },
    "en": {
        "next": "Next",
        "back": "Back",
        "send": "Send answers",
        "switch": "Language",
        "progress": "Page {at} of {of}",
        "error": "Error",
        "errors": "Please look at these again",
        "stale": "This page had been answered in another window; what is stored is shown below.",
        "expired_form": "This form was no longer valid; please send it again.",
        "empty": "Please answer at least one question.",
        "required": "required",
        "dismiss": "I prefer not to answer",
        "day": "Day",
        "month": "Month",
        "year": "Year",
        "agree": "I agree",
        "between": "A number from {min} to {max}",
        "at_least": "A number of at least {min}",
        "at_most": "A number of at most {max}",
        "choose_some": "Choose from {min} to {max}",
        "choose_least": "Choose at least {min}",
        "choose_most": "Choose at most {max}",
        "choose_any": "Choose as many as you like",
        "nps_low": "Not at all likely",
        "nps_high": "Extremely likely",
        "thanks_title": "Thank you",
        "thanks": "Your answers have been received. Thank you for your time.",
        "answered_title": "You have answered already",
        "answered": "This survey has been answered with this link. There is nothing more to do; thank you.",
        "expired_title": "The time to answer is over",
        "expired": "This invitation has expired. Thank you for your interest.",
        "closed_title": "This survey is closed",
        "closed": "This survey takes no more answers. Thank you for your interest.",
        "unknown_title": "We do not know this link",
        "unknown": "The address may be incomplete. Please open the link from your message once more.",
        "busy_title": "We cannot answer just now",
        "busy": "Please try again in a moment. The answers you have sent so far are not lost.",
        "refused_title": "This answer was not taken",
        "refused": "Please open the link from your message once more.",
    },
}

_FAULTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "missing": {"fa": "لطفاً به این پرسش پاسخ دهید", "en": "Please answer this question"},
    "consent_required": {"fa": "برای ادامه این رضایت لازم است", "en": "This consent is needed to go on"},
    "float_type": {"fa": "لطفاً یک عدد بنویسید", "en": "Please write a number"},
    "int_type": {"fa": "لطفاً یک عدد صحیح بنویسید", "en": "Please write a whole number"},
    "int_parsing_size": {"fa": "این عدد بیش از اندازه بزرگ است", "en": "This number is too large"},
    "greater_than_equal": {"fa": "باید دست‌کم {ge} باشد", "en": "Must be at least {ge}"},
    "less_than_equal": {"fa": "باید حداکثر {le} باشد", "en": "Must be at most {le}"},
    "date_incomplete": {"fa": "روز و ماه و سال را برگزینید", "en": "Choose the day, the month and the year"},
    "date_parsing": {"fa": "چنین روزی در تقویم نیست", "en": "There is no such day"},
    "too_short": {"fa": "دست‌کم {min_length} گزینه را برگزینید", "en": "Choose at least {min_length}"},
    "too_long": {"fa": "حداکثر {max_length} گزینه را برگزینید", "en": "Choose at most {max_length}"},
    "exclusive_option": {
        "fa": "یکی از این گزینه‌ها تنها برگزیده می‌شود",
        "en": "One of these can only be chosen alone",
    },
    "string_too_long": {"fa": "حداکثر {max_length} نویسه بنویسید", "en": "Write at most {max_length} characters"},
}

MONTHS: Final[Mapping[tuple[str, Language], tuple[str, ...]]] = {
    ("jalali", "fa"): (
        "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
    ),
    ("jalali", "en"): (
        "Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar", "Mehr", "Aban", "Azar", "Dey", "Bahman",
        "Esfand",
    ),
    ("gregorian", "fa"): (
        "ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
    ),
    ("gregorian", "en"): (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
"""(calendar, language) → the names of its twelve months."""


def digits(plain: object, language: str) -> str:
    """A number, or text with numbers in it, with the digits of the language.

    >>> digits(10, "fa"), digits("2 / 4", "en")
    ('۱۰', '2 / 4')
    """
    return str(plain).translate(_PERSIAN) if language == "fa" else str(plain)


def direction(language: str) -> str:
    """`rtl` or `ltr`, as HTML's `dir`."""
    return "rtl" if language == "fa" else "ltr"


def words(language: Language) -> Mapping[str, str]:
    """Everything a page says, by name."""
    return _WORDS[language]


def fault(error: FieldError, language: Language) -> str:
    """What is wrong with an answer, said to the respondent."""
    said = _FAULTS.get(error.kind)
    if said is None:
        told = field_message(error.kind, error.message, error.context or {}, persian=language == "fa")
    else:
        told = said[language].format_map(error.context or {})
    return digits(told, language)
