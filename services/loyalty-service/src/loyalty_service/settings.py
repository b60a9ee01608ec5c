"""The settings of loyalty-service: those that every service has, of adjustments, of redemptions."""

from __future__ import annotations

from hamdel.http import ServiceSettings
from loyalty_service.adjustments.settings import AdjustmentSettings
from loyalty_service.redemptions.settings import RedemptionSettings

__all__ = ["Settings"]


class Settings(AdjustmentSettings, RedemptionSettings, ServiceSettings):
    """Read from `HAMDEL_<NAME>`; no secret has a default."""
