"""Addresses that messages come from, in the one form they are compared in. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from hamdel.text import unify

__all__ = ["MAX_CONTACT", "REGION", "canonical_contact"]

MAX_CONTACT: Final = 320
"""Characters of the longest e-mail address (RFC 3696, erratum 1690)."""

REGION: Final = "IR"
"""Where a number without a country code is dialled (ISO 3166-1 alpha-2)."""

_DIALLED: Final = frozenset({"phone", "sms", "fax", "ivr"})
_INVISIBLE: Final = "Cf"


def canonical_contact(channel: str, raw: str, region: str = REGION) -> str:
    """One form for all spellings of an address: E.164 for a number, the domain in lower case and the local part case
    folded for e-mail, a handle without its `@` and case folded on social networks, as it is elsewhere.

    A sender that is no number of a numbering plan (a short code, a name) is kept: its message must not be lost.
    Raises ValueError for nothing at all, and for an e-mail address that is none.
    """
    visible = "".join(char for char in raw if unicodedata.category(char) != _INVISIBLE)
    text = unify(visible)
    if channel == "email":
        return _mailbox(visible.strip())
    if channel in _DIALLED:
        text = _number(text, region)
    elif channel == "social":
        text = text.removeprefix("@").casefold()
    if not text:
        raise ValueError("is not an address")
    return text


def _mailbox(text: str) -> str:
    # Mail comes from hosts of a house's own network too, and nobody's server is asked.
    try:
        found = validate_email(
            unicodedata.normalize("NFKC", text),
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
            allow_quoted_local=True,
        )
    except EmailNotValidError as error:
        raise ValueError("is not an e-mail address") from error
    return f"{unicodedata.normalize('NFC', found.local_part.casefold())}@{found.domain}"


def _number(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return text.casefold()
    if any(char.isalpha() for char in text) or not phonenumbers.is_valid_number(number):
        return text.casefold()
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
