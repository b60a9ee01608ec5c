"""The settings of profile-service."""

from __future__ import annotations

from hamdel.http import ServiceSettings

__all__ = ["ProfileSettings"]


class ProfileSettings(ServiceSettings):
    """Those every service has."""
