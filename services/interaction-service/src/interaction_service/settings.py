"""The settings of interaction-service."""

from __future__ import annotations

from hamdel.http import ServiceSettings

__all__ = ["InteractionSettings"]


class InteractionSettings(ServiceSettings):
    """Those every service has; `profile_url` is where unknown customers are asked for."""
