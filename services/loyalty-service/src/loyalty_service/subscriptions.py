"""The facts loyalty-service reacts to: customers that are merged and unmerged."""

from __future__ import annotations

from typing import Final

from hamdel.contracts.sections import events_topic
from hamdel.links import FOLLOW_LINKS
from hamdel.messaging import Subscription

__all__ = ["SUBSCRIPTIONS"]

SUBSCRIPTIONS: Final = (Subscription((events_topic("profile"),), FOLLOW_LINKS),)
