"""How a message leaves, per channel."""

from interaction_service.delivery.senders.base import Outgoing, OutOfReachError, Sender
from interaction_service.delivery.senders.choice import sender_for

__all__ = ["OutOfReachError", "Outgoing", "Sender", "sender_for"]
