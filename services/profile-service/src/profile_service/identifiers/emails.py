"""E-mail addresses."""

from __future__ import annotations

import unicodedata
from typing import Final

from email_validator import EmailNotValidError, validate_email

from profile_service.identifiers.domain import InvalidIdentifierError

__all__ = ["email"]

_DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")


def email(raw: str) -> str:
    """The address as it is compared: domain in lower case and in Unicode (RFC 5891), local part case folded.

    Only the way it was typed is undone: compatibility forms (full width), invisible marks, and Persian and Arabic
    digits in an address that is ASCII otherwise, for no such mailbox exists. In an internationalised address (RFC 6531)
    digits and letters stay: `علي@` and `علی@` are two mailboxes. No DNS is asked. Raises InvalidIdentifierError.
    """
    text = "".join(char for char in unicodedata.normalize("NFKC", raw) if unicodedata.category(char) != "Cf").strip()
    latin = text.translate(_DIGITS)
    try:
        found = validate_email(latin if latin.isascii() else text, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidIdentifierError("email", "is not an e-mail address") from error
    return f"{unicodedata.normalize('NFC', found.local_part.casefold())}@{found.domain}"
