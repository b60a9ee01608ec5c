"""For development: the message is told to the log, without anything personal, and counts as sent."""

from __future__ import annotations

import structlog

from interaction_service.delivery.domain import Outcome
from interaction_service.delivery.senders.base import Outgoing

__all__ = ["ConsoleSender"]

log = structlog.get_logger(__name__)


class ConsoleSender:
    """Where no server is set for a channel."""

    def __init__(self, channel: str) -> None:
        self._channel = channel

    async def open(self) -> None:
        """Nothing to open."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """One line: id, language and length."""
        text = outgoing.text
        log.info(
            "message_to_the_log",
            channel=self._channel,
            message=str(outgoing.id),
            language=text.language,
            characters=len(text.body_text),
        )
        return Outcome("sent")

    async def close(self) -> None:
        """Nothing to close."""
