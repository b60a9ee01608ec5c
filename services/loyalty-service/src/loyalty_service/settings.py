"""The settings of loyalty-service: those that every service has."""

from __future__ import annotations

from hamdel.http import ServiceSettings

__all__ = ["Settings"]


class Settings(ServiceSettings):
    """Read from `HAMDEL_<NAME>`; no secret has a default."""
