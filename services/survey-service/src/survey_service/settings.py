"""The settings of survey-service: those that every service has, and how often anybody may be asked."""

from __future__ import annotations

from pydantic import Field

from hamdel.http import ServiceSettings

__all__ = ["Settings"]


class Settings(ServiceSettings):
    """Read from `HAMDEL_<NAME>`; no secret has a default. `survey_cooldown_days`: after a customer was invited to any
    survey, so many whole days pass before the next invitation."""

    survey_cooldown_days: int = Field(default=14, ge=0, le=3650)
