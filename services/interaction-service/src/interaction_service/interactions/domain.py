"""An interaction: one touchpoint with a customer on any channel."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

__all__ = ["CHANNELS", "DIRECTIONS", "Interaction"]

CHANNELS: Final = (
    "in_person",
    "phone",
    "letter",
    "fax",
    "email",
    "sms",
    "chat",
    "web",
    "app",
    "social",
    "ivr",
    "kiosk",
)

DIRECTIONS: Final = ("inbound", "outbound")


class Interaction(NamedTuple):
    """A stored touchpoint. `attributes` is a JSON object as text, `attachments` a JSON array; times are UTC;
    `duration_seconds` is seconds. One with a `contact` (canonical) has the `position` in a conversation: 1, 2, 3 … in
    the order of arrival.

    A named tuple, not a dataclass: a batch becomes columns with one `zip`.
    """

    id: UUID
    customer_id: UUID
    source: str
    external_id: str | None
    occurred_at: datetime
    channel: str
    direction: str
    kind: str
    subject: str | None
    body: str | None
    agent_id: str | None
    duration_seconds: int | None
    outcome: str | None
    attributes: str
    fingerprint: UUID
    recorded_at: datetime
    version: int = 1
    contact: str | None = None
    conversation_id: UUID | None = None
    position: int | None = None
    attachments: str = "[]"
