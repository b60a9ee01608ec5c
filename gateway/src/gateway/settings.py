"""What the gateway reads from its environment: every service's settings and a few of its own."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from hamdel.contracts.sections import SECTIONS
from hamdel.http.settings import ServiceSettings

__all__ = ["GatewaySettings"]


class GatewaySettings(ServiceSettings):
    """`HAMDEL_<NAME>` for each field; times carry their unit in the name. The URLs of the services have no default."""

    profile_url: str
    interaction_url: str
    survey_url: str
    loyalty_url: str
    proxy_timeout_seconds: float = Field(default=10.0, gt=0)
    proxy_connect_seconds: float = Field(default=1.0, gt=0)
    proxy_connections: int = Field(default=100, ge=1)
    live_timeout_seconds: float = Field(default=0.5, gt=0)
    min_sequence_wait_seconds: float = Field(default=0.25, ge=0)

    def upstreams(self) -> Mapping[str, str]:
        """Short name of a service → its base URL without a trailing slash."""
        urls = (self.profile_url, self.interaction_url, self.survey_url, self.loyalty_url)
        return {short: url.rstrip("/") for short, url in zip(SECTIONS.values(), urls, strict=True)}
