"""The settings of adjustments, a part of the service's own."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, Field

__all__ = ["AdjustmentSettings"]


class AdjustmentSettings(BaseModel):
    """How many points a person of a role may give or take in one adjustment without a second person."""

    adjustment_limit_agent: int = Field(default=500, ge=0)
    adjustment_limit_manager: int = Field(default=5_000, ge=0)
    adjustment_limit_admin: int = Field(default=50_000, ge=0)

    def adjustment_limits(self) -> Mapping[str, int]:
        """Role → points."""
        return {
            "agent": self.adjustment_limit_agent,
            "manager": self.adjustment_limit_manager,
            "admin": self.adjustment_limit_admin,
        }
