"""The settings every service reads from its environment; the same names in embedded, compose and tests."""

from __future__ import annotations

import socket
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from hamdel.database import DatabaseSettings
from hamdel.messaging.settings import KafkaSettings

__all__ = ["ServiceSettings"]


class ServiceSettings(BaseSettings):
    """`HAMDEL_<NAME>` for each field. No secret has a default; times carry their unit in the name."""

    model_config = SettingsConfigDict(env_prefix="HAMDEL_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    database_url: SecretStr
    database_pool_size: int = Field(default=8, ge=1, le=200)
    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_idempotence: bool = True
    kafka_static_membership: bool = True
    kafka_session_timeout_ms: int = 30_000
    kafka_fetch_max_wait_ms: int = 500
    kafka_replication: int = 1
    kafka_request_timeout_ms: int = 5_000
    relay_keep_published_days: int = Field(default=0, ge=0)
    instance: str = Field(default_factory=socket.gethostname)
    jwks_file: Path | None = None
    jwks_url: str | None = None
    jwt_issuer: str = "hamdel"
    jwt_audience: str = "hamdel"
    service_token_file: Path | None = None
    profile_url: str | None = None
    interaction_url: str | None = None
    survey_url: str | None = None
    loyalty_url: str | None = None
    log_level: str = "INFO"
    otlp_endpoint: str | None = None
    max_body_bytes: int = Field(default=1_048_576, ge=1)

    def database(self) -> DatabaseSettings:
        """What `create_engine` needs."""
        return DatabaseSettings(url=self.database_url.get_secret_value(), pool_size=self.database_pool_size)

    def kafka(self) -> KafkaSettings:
        """What every Kafka client of this process needs."""
        return KafkaSettings(
            bootstrap=self.kafka_bootstrap,
            idempotence=self.kafka_idempotence,
            static_membership=self.kafka_static_membership,
            session_timeout_ms=self.kafka_session_timeout_ms,
            fetch_max_wait_ms=self.kafka_fetch_max_wait_ms,
            replication=self.kafka_replication,
            request_timeout_ms=self.kafka_request_timeout_ms,
            instance=self.instance,
        )
