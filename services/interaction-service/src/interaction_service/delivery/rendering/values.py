"""How the value of a variable is shown: isolated from the direction of the text around it, with the text's digits.

Isolation is Unicode's own (UAX 9: FSI … PDI) and not `<bdi>`, because it works in plain text, in HTML and in an
attribute alike. Addresses of the web are left alone: a mark at their end would become part of the link.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any, Final

from jinja2 import Undefined
from jinja2.exceptions import TemplateRuntimeError, UndefinedError

__all__ = ["shown"]

FIRST_STRONG_ISOLATE: Final = "\u2068"
POP_ISOLATE: Final = "\u2069"
BIDI_CONTROLS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
LINK: Final = re.compile(r"(?i)(?:https?|mailto|tel):\S+")
NUMBER: Final = re.compile(r"[\d\s.,:/%+()-]*\d[\d\s.,:/%+()-]*", re.ASCII)
PERSIAN_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def shown(value: Any, *, rtl: bool, persian_digits: bool) -> Any:
    """The value as the message shows it. Raises UndefinedError for one that is missing or null, TemplateRuntimeError
    for one that is neither text nor number."""
    if isinstance(value, Undefined) or value is None:
        raise UndefinedError(f"{getattr(value, '_undefined_name', None) or 'a value'} is missing")
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise TemplateRuntimeError("only texts and numbers can be shown")
    text = str(value).translate(BIDI_CONTROLS)
    if LINK.fullmatch(text):
        return text
    if persian_digits and NUMBER.fullmatch(text):
        text = text.translate(PERSIAN_DIGITS)
    if text and (rtl or _has_rtl(text)):
        return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
    return text


def _has_rtl(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in text)
