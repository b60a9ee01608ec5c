"""The settings of interaction-service."""

from __future__ import annotations

from hamdel.http import ServiceSettings
from interaction_service.delivery.settings import DeliverySettings

__all__ = ["InteractionSettings"]


class InteractionSettings(DeliverySettings, ServiceSettings):
    """Those every service has (`profile_url` is where unknown customers are asked for) and those of delivery."""
