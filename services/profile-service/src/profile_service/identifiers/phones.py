"""Phone numbers of every country, as Google's libphonenumber knows them."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from profile_service.identifiers.domain import InvalidIdentifierError

__all__ = ["phone"]

_WRITTEN: Final = re.compile(
    r"(?:tel:\s*)?"
    r"(?P<number>[(\s]*\+?[(\s]*[0-9][0-9\s().\-‐–—−/]*?)"
    r"(?:\s*[;,]?\s*(?:ext(?:ension|n)?|x|#|داخلی)\s*[.:=]?\s*(?P<extension>[0-9]{1,7}))?"
    r"[\s.]*",
    re.IGNORECASE,
)
"""No letters but those of an extension: libphonenumber would dial them (`0912123ALI7` → 09121232547)."""


def phone(text: str, region: str) -> str:
    """The number in E.164, an extension after it: `+982188776655;ext=12` (RFC 3966, section 3).

    `text` has ASCII digits; `region` (ISO 3166-1 alpha-2) is where a number without a country code is dialled. Only a
    number that exists in its country's numbering plan is one: what rules there are for mobiles say nothing about
    landlines. Raises InvalidIdentifierError.
    """
    written = _WRITTEN.fullmatch(text)
    if not written:
        raise InvalidIdentifierError("phone", "is not a phone number")
    try:
        number = phonenumbers.parse(written["number"], region)
    except NumberParseException as error:
        raise InvalidIdentifierError("phone", "is not a phone number") from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidIdentifierError("phone", "there is no such phone number")
    dialled = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{dialled};ext={written['extension']}" if written["extension"] else dialled
