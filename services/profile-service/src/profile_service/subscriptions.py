"""What profile-service subscribes to: nothing yet."""

from __future__ import annotations

from typing import Final

from hamdel.messaging import Subscription

__all__ = ["SUBSCRIPTIONS"]

SUBSCRIPTIONS: Final[tuple[Subscription, ...]] = ()
