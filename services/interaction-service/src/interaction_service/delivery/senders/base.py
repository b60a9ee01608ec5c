"""What every sender is given and gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from interaction_service.delivery.domain import Outcome
from interaction_service.delivery.rendering import Rendered

__all__ = ["OutOfReachError", "Outgoing", "Sender"]


class OutOfReachError(Exception):
    """The server cannot be had at all: no message is to blame, and none is tried."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave. `automatic`: no person wrote it."""

    id: UUID
    address: str
    text: Rendered
    unsubscribe_url: str | None = None
    automatic: bool = True


class Sender(Protocol):
    """One connection: one message at a time."""

    async def open(self) -> None:
        """Makes sure that there is somebody to send to. Raises OutOfReachError."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Sends it. `deferred` = again later (`again_at` only where the server says when); never raises for what a
        server or a network does."""

    async def close(self) -> None:
        """Lets go of the connection."""
