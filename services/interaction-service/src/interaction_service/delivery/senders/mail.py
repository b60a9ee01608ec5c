"""An e-mail as MIME: always a text/plain part, the HTML beside it, and the headers that make it manageable.

Put together with the older half of the standard library: its newer one writes a long web address in a header as encoded
words (RFC 2047), which no mailbox reads there, and takes five times as long.
"""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import Final

from email_validator import validate_email

from interaction_service.delivery.senders.base import Outgoing

__all__ = ["content_of", "envelope_address", "mail_of", "mailbox"]

LONG_LINES: Final = compat32.clone(linesep="\r\n", max_line_length=998)
"""The longest that RFC 5322 allows: an address of the web stays in one line. What is not ASCII was folded before."""


def mail_of(outgoing: Outgoing, sender: str, to: str, now: datetime) -> Message:
    """The message. Its Message-ID is made of its id alone, so it is the same in every attempt and a mailbox that gets
    it twice can tell. `List-Unsubscribe` with one click: RFC 8058; `Auto-Submitted`: RFC 3834."""
    name, address = mailbox(sender)
    mail = _parts(outgoing)
    mail["From"] = formataddr((name, address), "utf-8")
    # raw, where it is beyond ASCII: SMTPUTF8 is the only way such an address travels
    mail["To"] = to.encode().decode("ascii", "surrogateescape")
    subject = " ".join((outgoing.text.subject or "").split())
    mail["Subject"] = subject if subject.isascii() else Header(subject, "utf-8").encode()
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{outgoing.id}@{address.rpartition('@')[2]}>"
    mail["Content-Language"] = outgoing.text.language
    if outgoing.automatic:
        mail["Auto-Submitted"] = "auto-generated"
    if outgoing.unsubscribe_url:
        mail["List-Unsubscribe"] = f"<{outgoing.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return mail


def content_of(mail: Message) -> bytes:
    """The message as SMTP carries it; all but an address beyond ASCII is ASCII."""
    return mail.as_bytes(policy=LONG_LINES)


def envelope_address(address: str) -> str:
    """The address as SMTP carries it: the domain in ASCII (IDNA); a local part beyond ASCII stays and needs SMTPUTF8.
    Raises email_validator's EmailNotValidError."""
    found = validate_email(address, check_deliverability=False)
    return f"{found.local_part}@{found.ascii_domain}"


@lru_cache(maxsize=16)
def mailbox(sender: str) -> tuple[str, str]:
    """Name and address of `Name <address>`; the domain in ASCII."""
    found = validate_email(sender, check_deliverability=False, allow_display_name=True)
    return found.display_name or "", f"{found.local_part}@{found.ascii_domain}"


def _parts(outgoing: Outgoing) -> Message:
    text = outgoing.text
    plain = MIMEText(text.body_text, "plain", "utf-8")
    if text.body_html is None:
        return plain
    return MIMEMultipart("alternative", None, [plain, MIMEText(text.body_html, "html", "utf-8")])
