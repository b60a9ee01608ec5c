"""The words of problems in English and Persian. Codes and kinds are the keys; what is missing falls back to English."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

__all__ = ["add_titles", "field_message", "prefers_persian", "title"]

_TITLES: dict[str, tuple[str, str]] = {
    "malformed": ("The request is malformed", "درخواست ساختار درستی ندارد"),
    "malformed-json": ("The body is not valid JSON", "بدنهٔ درخواست JSON معتبر نیست"),
    "bad-cursor": ("The cursor is not valid", "نشانگر صفحه معتبر نیست"),
    "bad-idempotency-key": ("The Idempotency-Key is not valid", "کلید یکتایی درخواست معتبر نیست"),
    "idempotency-key-required": ("An Idempotency-Key is required", "کلید یکتایی درخواست لازم است"),
    "idempotency-key-reused": (
        "The Idempotency-Key was used for another request",
        "این کلید یکتایی برای درخواست دیگری به کار رفته است",
    ),
    "request-in-progress": (
        "A request with this Idempotency-Key is still running",
        "درخواستی با همین کلید یکتایی هنوز در حال اجراست",
    ),
    "unauthenticated": ("A valid token is required", "برای این کار باید وارد شوید"),
    "invalid-token": ("The token is not valid", "نشانهٔ دسترسی معتبر نیست"),
    "expired-token": ("The token has expired", "اعتبار نشانهٔ دسترسی به پایان رسیده است"),
    "forbidden": ("This is not allowed", "اجازهٔ این کار را ندارید"),
    "not-found": ("Not found", "پیدا نشد"),
    "unknown-customer": ("There is no such customer", "چنین مشتری‌ای وجود ندارد"),
    "method-not-allowed": ("The method is not allowed here", "این روش برای این نشانی مجاز نیست"),
    "conflict": ("The request conflicts with the present state", "درخواست با وضعیت کنونی ناسازگار است"),
    "bad-source": ("Hamdel-Source is not valid", "سرآیند Hamdel-Source معتبر نیست"),
    "stale-version": ("The resource has changed meanwhile", "این مورد در این میان تغییر کرده است"),
    "if-match-required": ("If-Match is required", "سرآیند If-Match لازم است"),
    "too-large": ("The body is too large", "حجم درخواست بیش از اندازه است"),
    "event-too-large": ("The event would be too large", "رویداد بیش از اندازه بزرگ است"),
    "unsupported-media-type": ("The body is not of a supported type", "نوع محتوای درخواست پشتیبانی نمی‌شود"),
    "invalid-value": ("A value is not valid", "مقداری نامعتبر است"),
    "too-many-requests": ("Too many requests", "شمار درخواست‌ها بیش از اندازه است"),
    "unavailable": ("The service is unavailable for the moment", "سرویس فعلاً در دسترس نیست"),
    "database-unavailable": ("The service is unavailable for the moment", "سرویس فعلاً در دسترس نیست"),
    "internal-error": ("Something went wrong here", "خطایی در سامانه رخ داد"),
}

_FIELDS: dict[str, str] = {
    "missing": "این فیلد لازم است",
    "extra_forbidden": "این فیلد شناخته نیست",
    "nul": "نباید نویسهٔ تهی داشته باشد",
    "changed_meanwhile": "در این میان تغییر کرده است",
    "json_invalid": "JSON معتبر نیست",
    "string_type": "باید متن باشد",
    "string_too_short": "باید دست‌کم {min_length} نویسه باشد",
    "string_too_long": "باید حداکثر {max_length} نویسه باشد",
    "string_pattern_mismatch": "قالب درستی ندارد",
    "int_type": "باید عدد صحیح باشد",
    "int_parsing": "باید عدد صحیح باشد",
    "int_from_float": "باید عدد صحیح باشد",
    "int_parsing_size": "عدد بیش از اندازه بزرگ است",
    "float_type": "باید عدد باشد",
    "float_parsing": "باید عدد باشد",
    "finite_number": "باید عددی متناهی باشد",
    "decimal_type": "باید عدد اعشاری باشد",
    "decimal_parsing": "باید عدد اعشاری باشد",
    "decimal_max_digits": "باید حداکثر {max_digits} رقم داشته باشد",
    "decimal_max_places": "باید حداکثر {decimal_places} رقم اعشار داشته باشد",
    "bool_type": "باید درست یا نادرست باشد",
    "bool_parsing": "باید درست یا نادرست باشد",
    "greater_than": "باید بیشتر از {gt} باشد",
    "greater_than_equal": "باید دست‌کم {ge} باشد",
    "less_than": "باید کمتر از {lt} باشد",
    "less_than_equal": "باید حداکثر {le} باشد",
    "multiple_of": "باید مضربی از {multiple_of} باشد",
    "too_short": "باید دست‌کم {min_length} مورد داشته باشد",
    "too_long": "باید حداکثر {max_length} مورد داشته باشد",
    "list_type": "باید فهرست باشد",
    "dict_type": "باید شیء باشد",
    "model_attributes_type": "باید شیء باشد",
    "model_type": "باید شیء باشد",
    "enum": "باید یکی از این‌ها باشد: {expected}",
    "literal_error": "باید یکی از این‌ها باشد: {expected}",
    "uuid_type": "باید UUID باشد",
    "uuid_parsing": "باید UUID باشد",
    "date_type": "باید تاریخ باشد",
    "date_parsing": "باید تاریخ معتبر باشد",
    "date_from_datetime_parsing": "باید تاریخ معتبر باشد",
    "datetime_type": "باید زمان باشد",
    "datetime_parsing": "باید زمان معتبر باشد",
    "datetime_from_date_parsing": "باید زمان معتبر باشد",
    "timezone_aware": "باید منطقهٔ زمانی داشته باشد",
    "union_tag_invalid": "نوع شناخته نیست",
    "union_tag_not_found": "نوع مشخص نشده است",
    "value_error": "مقدار معتبر نیست",
    "attribute": "با قاعدهٔ «{rule}» در الگوی ویژگی‌ها نمی‌خواند",
    "attribute_steps": "بررسی آن با الگوی ویژگی‌ها بیش از اندازه طول می‌کشد",
    "other_currency": "با یکای پول خرید یکی نیست",
    "not_bought": "در این خرید نیست",
    "line_or_sku": "باید یا شمارهٔ سطر را بگوید یا کد کالا را",
    "no_amount": "باید بیش از صفر باشد",
    "amount_of_items": "مبلغ بازگشتی این کالاها گفته نشده است",
    "no_word": "باید واژه‌ای داشته باشد",
    "nothing_corrected": "باید مبلغ یا کالاها را اصلاح کند",
    "code_length": "کد مشتری نه رقم دارد",
    "check_digit": "رقم کنترل نمی‌خواند: رقمی نادرست است یا دو رقم جابه‌جا شده‌اند",
    "not_restorable": "این فیلد از تاریخچه بازگردانده نمی‌شود",
    "unknown_organization": "چنین سازمانی وجود ندارد",
    "unknown_currency": "یکای پول شناخته نیست",
    "unknown_timezone": "منطقهٔ زمانی شناخته نیست",
    "window_time": "باید ساعتی از 00:00 تا 24:00 باشد",
    "window_empty": "بازهٔ {start} تا {end} خالی است",
    "window_past_midnight": (
        "بازهٔ {start} تا {end} از نیمه‌شب می‌گذرد: آن را به {start} تا 24:00 و 00:00 تا {end} روز بعد بشکنید"
    ),
    "windows_overlap": "بازه‌ها باید به ترتیب باشند و روی هم نیفتند",
    "never_open": "باید دست‌کم در یک روز هفته باز باشد",
    "out_of_range": "بیرون از محدودهٔ مجاز است",
    "other_code": "باید همان کدی باشد که در نشانی آمده است",
    "fixed_name": "تغییر نمی‌کند؛ سیاست دیگری بسازید",
    "unknown_list": "چنین فهرستی از تعطیلات نیست",
    "year_out_of_range": "این سال پشتیبانی نمی‌شود",
    "unknown_calendar": "چنین تقویمی وجود ندارد",
    "unknown_policy": "چنین سیاستی وجود ندارد",
    "ends_before_it_begins": "باید پس از آغاز اعتبار باشد",
    "not_a_grant": "تنها رضایت دادن را می‌توان تأیید کرد",
    "identifier_taken": "از آنِ مشتری دیگری است",
    "identifier_empty": "چیزی برای مقایسه ندارد",
    "identifier_long": "بیش از اندازه بلند است",
    "identifier_blocked": "مقدار واقعی نیست و تنها جای خالی را پر می‌کند",
    "given_twice": "دو بار داده شده است",
    "one_too_many": "بیش از شمار مجاز این نوع است",
    "national_id_digits": "کد ملی باید ده رقم باشد",
    "national_id_check": "رقم کنترل کد ملی درست نیست",
    "organization_id_digits": "شناسهٔ ملی باید یازده رقم باشد",
    "organization_id_check": "رقم کنترل شناسهٔ ملی درست نیست",
    "phone": "شمارهٔ تلفن معتبر نیست",
    "time_zone": "باید منطقهٔ زمانی IANA باشد",
    "after_due": "نباید پس از سررسید باشد",
    "not_ahead": "باید در آینده باشد",
    "no_points": "باید دست‌کم یک امتیاز بدهد یا بگیرد",
    "two_reminders": "یادآوری یا زمان دارد یا فاصله تا سررسید، نه هر دو",
    "recurrence": "قاعدهٔ تکرار پذیرفته نیست",
    "subject_missing": "ایمیل موضوع می‌خواهد",
    "html_for_email": "تنها ایمیل HTML دارد",
    "no_such_text": "قالب به این زبان متنی ندارد",
    "template_syntax": "متن قالب خوانده نمی‌شود",
    "template_element": "این بخش در قالب مجاز نیست",
    "template_page": "تنها درون صفحه را بنویسید، بی‌اسکریپت",
    "unused_variable": "هیچ متنی این متغیر را به کار نمی‌برد",
    "fallback_language": "برای همهٔ زبان‌های قالب واژه ندارد",
    "unknown_fact": "چنین رویدادی وجود ندارد",
    "unknown_field": "این رویداد چنین فیلدی ندارد",
    "unknown_operator": "چنین عملگری وجود ندارد",
    "unknown_action": "چنین کنشی وجود ندارد",
    "not_ordered": "این فیلد ترتیب ندارد",
    "not_comparable": "با نوع این فیلد سنجیدنی نیست",
    "condition_shape": "باید all یا any یا not باشد، یا field و op و value داشته باشد",
    "condition_list": "باید فهرستی با دست‌کم یک شرط باشد",
    "condition_size": "شرط بیش از اندازه بزرگ یا تودرتو است",
    "delay": "باید مدتی مانند P3D و حداکثر ده سال باشد",
    "no_delay": "پرونده بی‌درنگ باز می‌شود: به جای آن کاری با سررسید بسازید",
    "more_than_total": "نباید بیش از مبلغ خرید باشد",
    "in_the_past": "نباید در گذشته باشد",
    "misplaced": "برای این نوع قاعده معنایی ندارد",
    "program_currency": "باید یکای پول برنامه باشد",
    "not_of_purchases": "باید قاعده‌ای دربارهٔ خرید باشد",
    "email": "نشانی ایمیل معتبر نیست",
    "too_deep": "بیش از اندازه تودرتو است",
    "scalar": "باید متن، عدد، درست یا نادرست باشد",
    "condition_form": "باید all یا any یا not از شرط‌ها باشد، یا question یا attribute و op و value داشته باشد",
    "question_kind": "باید پرسشی از یک نوع شناخته باشد",
    "fixed_code": "تغییر نمی‌کند؛ نظرسنجی دیگری بسازید",
    "reserved_id": "این شناسه برای پایان نظرسنجی است",
    "asks_nothing": "باید دست‌کم یک پرسش داشته باشد",
    "undeclared_language": "باید یکی از زبان‌های نظرسنجی باشد",
    "reminder_order": "باید به ترتیب و پیش از پایان دعوت باشد",
    "nps_scale": "NPS از صفر تا ده پرسیده می‌شود",
    "scale_order": "باید بیشتر از min باشد",
    "scale_steps": "باید سه تا ده پله داشته باشد",
    "too_many_choices": "بیش از شمار گزینه‌هاست",
    "never_holds": "هیچ پاسخی در این مقیاس چنین نیست",
    "unreachable": "هیچ پاسخی به اینجا نمی‌رسد",
    "unknown_question": "چنین پرسشی وجود ندارد",
    "later_question": "باید پیش‌تر پرسیده شده باشد",
    "unknown_option": "این پرسش چنین گزینه‌ای ندارد",
    "no_such_row": "این پرسش چنین سطری ندارد",
    "unknown_page": "چنین صفحه‌ای وجود ندارد",
    "backward_jump": "باید پس از این صفحه باشد: نظرسنجی حلقه ندارد",
    "operator_for_kind": "این نوع پرسش چنین سنجیده نمی‌شود",
    "pipe": "به شکل {{{{answer:id|جایگزین}}}} یا {{{{customer:attribute|جایگزین}}}} بنویسید",
    "missing_translation": "به زبان {language} متنی ندارد",
    "not_asked": "این بخش پاسخی نمی‌گیرد",
    "answer_member": "پاسخ این پرسش در {member} است",
    "answered_and_dismissed": "یا پاسخ دارد یا رد شده است",
    "exclusive_option": "یکی از این گزینه‌ها تنها برگزیده می‌شود",
    "consent_required": "برای ادامه این رضایت لازم است",
    "not_tabled": "باید پرسشی با مقیاس یا گزینه باشد",
    "unknown_row": "باید سطری از جدول لیکرت باشد، و تنها برای آن",
    "undeclared_attribute": "باید در crosstab نظرسنجی آمده باشد",
    "half_period": "آغاز و پایان دوره با هم می‌آیند",
    "trend_long": "شمار دوره‌ها بیش از اندازه است؛ روزهای کمتری بخواهید",
    "contact": "نشانی این کانال نیست",
    "unknown_customer": "چنین مشتری‌ای وجود ندارد",
    "other_fact": "این شرط تنها دربارهٔ {fact} است",
    "not_in_the_future": "باید در ده سال آینده باشد",
    "uneven_period": "دوره باید بخشی برابر از سال یا چند سال کامل باشد",
    "tiers_alike": "کد و آستانهٔ سطح‌ها باید با هم متفاوت باشد",
    "whole_numbers": "امتیاز و مراجعه عدد صحیح‌اند",
    "unknown_tier": "چنین سطحی وجود ندارد",
    "reward_or_points": "باید یا پاداش را بگوید یا شمار امتیازها را",
    "other_kind": "از آنِ نوع دیگری از پاداش است",
    "below_taken": "بیش از این شمار داده شده است",
    "nothing_changed": "باید چیزی را تغییر دهد",
}


def add_titles(titles: Mapping[str, tuple[str, str]]) -> None:
    """A service's own codes: code → (English, Persian). Called by its composition root."""
    _TITLES.update(titles)


def title(code: str, status: int, *, persian: bool) -> str:
    """The title of a problem code; of an unknown one, HTTP's own phrase."""
    words = _TITLES.get(code)
    if words is not None:
        return words[1] if persian else words[0]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def field_message(kind: str, message: str, context: Mapping[str, object], *, persian: bool) -> str:
    """The message for one field; where Persian has none, the English one."""
    template = _FIELDS.get(kind) if persian else None
    if template is None:
        return message
    try:
        return template.format_map(context)
    except KeyError:
        return message


def prefers_persian(header: str) -> bool:
    """Whether `Accept-Language` (RFC 9110, section 12.5.4) ranks Persian above English; `*` counts as English.

    >>> prefers_persian("fa-IR,fa;q=0.9,en;q=0.8"), prefers_persian("en, fa;q=0.5"), prefers_persian("")
    (True, False, False)
    """
    best = {"fa": 0.0, "other": 0.0}
    for part in header.lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        kind = "fa" if tag.partition("-")[0] == "fa" else "other"
        best[kind] = max(best[kind], _quality(parameters) if tag else 0.0)
    return best["fa"] > 0 and best["fa"] >= best["other"]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
