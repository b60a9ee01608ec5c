"""E-mail over one kept SMTP connection (RFC 5321)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime
from email.message import Message
from pathlib import Path
from typing import Final

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from email_validator import EmailNotValidError

from interaction_service.delivery.domain import Outcome
from interaction_service.delivery.senders.base import Outgoing, OutOfReachError
from interaction_service.delivery.senders.mail import content_of, envelope_address, mail_of, mailbox
from interaction_service.delivery.settings import DeliverySettings

__all__ = ["SmtpSender", "refused_recipient"]

IDLE_SECONDS: Final = 5.0
"""After so long without a message the server is asked whether it is still there: most hang up sooner or later."""

CLOSE_SECONDS: Final = 2.0
GOING_AWAY: Final = 421
ENHANCED: Final = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
NO_SUCH_MAILBOX: Final = frozenset({550, 551, 553})


class SmtpSender:
    """One connection, opened when it is needed and kept. `clock` gives the Date of a message, in UTC."""

    def __init__(self, settings: DeliverySettings, clock: Callable[[], datetime]) -> None:
        self._from = settings.mail_from or ""
        self._clock = clock
        self._used = 0.0
        password = settings.smtp_password_file
        self._smtp = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=_secret(password) if password else None,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            timeout=settings.delivery_send_seconds / 2,
        )

    async def open(self) -> None:
        """Connects where there is no living connection. Raises OutOfReachError, also where we are not let in."""
        try:
            if self._smtp.is_connected and time.monotonic() - self._used > IDLE_SECONDS:
                await self._alive()
            if not self._smtp.is_connected:
                await self._smtp.connect()
                await self._smtp.ehlo()
                self._used = time.monotonic()
        except (SMTPException, OSError) as error:
            self._smtp.close()
            raise OutOfReachError(type(error).__name__) from error

    async def send(self, outgoing: Outgoing) -> Outcome:
        """4xx, a refused sender (our own fault) and everything the network does: again later. A refused recipient is a
        bounce, refused content a failure."""
        try:
            to = envelope_address(outgoing.address)
        except EmailNotValidError:
            return Outcome("failed", "invalid-address")
        mail = mail_of(outgoing, self._from, to, self._clock())
        try:
            return await self._transmit(mail, to)
        except SMTPSenderRefused as error:
            if error.code != GOING_AWAY:
                return Outcome("deferred", f"smtp-{error.code}")
        # before the message itself was offered: a server that takes so many per connection, and no more
        self._smtp.close()
        try:
            await self.open()
            return await self._transmit(mail, to)
        except (OutOfReachError, SMTPSenderRefused):
            return Outcome("deferred", f"smtp-{GOING_AWAY}")

    async def _transmit(self, mail: Message, to: str) -> Outcome:
        international = not to.isascii()
        if international and not self._smtp.supports_extension("smtputf8"):
            return Outcome("failed", "address-not-supported")
        content = content_of(mail)
        options = ["SMTPUTF8"] if international else []
        try:
            await self._smtp.sendmail(mailbox(self._from)[1], to, content, mail_options=options)
        except SMTPSenderRefused:
            raise
        except SMTPRecipientsRefused as error:
            return refused_recipient(error.recipients[0].code, error.recipients[0].message)
        except SMTPResponseException as error:
            if isinstance(error, SMTPDataError) and error.code >= 500:
                return Outcome("failed", "refused-content")
            return Outcome("deferred", f"smtp-{error.code}")
        except (SMTPException, OSError) as error:
            self._smtp.close()
            return Outcome("deferred", "connection-lost" if isinstance(error, SMTPServerDisconnected) else "network")
        finally:
            self._used = time.monotonic()
        return Outcome("sent", provider_id=str(mail["Message-ID"]))

    async def close(self) -> None:
        """Says goodbye, or hangs up."""
        try:
            if self._smtp.is_connected:
                await self._smtp.quit(timeout=CLOSE_SECONDS)
        except (SMTPException, OSError):
            self._smtp.close()

    async def _alive(self) -> None:
        try:
            await self._smtp.noop()
        except SMTPException:
            self._smtp.close()


def refused_recipient(code: int, message: str) -> Outcome:
    """What a refused RCPT means. Enhanced codes (RFC 3463) tell an address that does not exist (x.1.x) from a policy
    or a full mailbox; without one, 550, 551 and 553 are taken for it."""
    if code < 500:
        return Outcome("deferred", f"smtp-{code}")
    enhanced = ENHANCED.match(message)
    hard = enhanced[2] == "1" if enhanced else code in NO_SUCH_MAILBOX
    return Outcome("bounced", f"smtp-{code}", hard=hard)


def _secret(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()
