"""How to reach Kafka, and the few choices that differ between the embedded broker and Apache Kafka."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["KafkaSettings"]


class KafkaSettings(BaseModel):
    """`bootstrap` is a comma-separated list of `host:port`; times are milliseconds.

    `instance` is the stable name of this replica: it makes the static member id and the prefix of the relay's id.
    """

    model_config = ConfigDict(frozen=True)

    bootstrap: str
    idempotence: bool = True
    static_membership: bool = True
    session_timeout_ms: int = Field(default=30_000, ge=100)
    fetch_max_wait_ms: int = Field(default=500, ge=1)
    replication: int = Field(default=1, ge=1)
    request_timeout_ms: int = Field(default=5_000, ge=100)
    instance: str = "local"

    @property
    def request_timeout(self) -> float:
        """`request_timeout_ms` in seconds."""
        return self.request_timeout_ms / 1000
