"""The settings of the delivery queue, a part of the service's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from interaction_service.delivery.domain import Cap

__all__ = ["CapSetting", "DeliverySettings"]


def _is_mailbox(address: str) -> str:
    try:
        validate_email(address, check_deliverability=False, allow_display_name=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return address


Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+[^\s]*$")]


class CapSetting(BaseModel):
    """At most so many messages of a purpose on a channel to one customer, in any 24 hours and in any 7 days."""

    day: Annotated[int, Field(ge=0)] | None = None
    week: Annotated[int, Field(ge=0)] | None = None


class DeliverySettings(BaseModel):
    """What of `InteractionSettings` is about sending. A channel without a server is told to the log alone.

    `smtp_tls`: `starttls` (the default), `tls` from the first byte, `none` for a server on the same host. `public_url`
    is where customers reach the gateway: without it no message carries an unsubscribe link. Secrets come as files.
    `delivery_caps` is JSON, `{"<purpose>/<channel>": {"day": n, "week": n}}`, where `*` stands for every one.
    `delivery_connections` is how many messages of a channel this process has in flight at once: after a crash each of
    them may arrive twice.
    """

    smtp_host: str | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_username: str | None = None
    smtp_password_file: Path | None = None
    mail_from: Annotated[str, AfterValidator(_is_mailbox)] | None = None
    sms_url: Url | None = None
    sms_secret_file: Path | None = None
    push_url: Url | None = None
    push_secret_file: Path | None = None
    delivery_callback_secret_file: Path | None = None
    public_url: Url | None = None
    delivery_language: Literal["fa", "en"] = "fa"
    delivery_caps: dict[Annotated[str, StringConstraints(pattern=r"^[^/\s]+/[^/\s]+$")], CapSetting] = Field(
        default_factory=dict
    )
    delivery_connections: Annotated[int, Field(ge=1, le=32)] = 1
    delivery_send_seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    delivery_max_attempts: Annotated[int, Field(ge=1, le=100)] = 12
    delivery_keep_days: Annotated[int, Field(ge=1)] = 365

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.smtp_host and not self.mail_from:
            raise ValueError("HAMDEL_SMTP_HOST needs HAMDEL_MAIL_FROM")
        for channel in ("sms", "push"):
            if getattr(self, f"{channel}_url") and not getattr(self, f"{channel}_secret_file"):
                raise ValueError(f"HAMDEL_{channel.upper()}_URL needs HAMDEL_{channel.upper()}_SECRET_FILE")
        return self

    @property
    def caps(self) -> dict[str, Cap]:
        """The caps in the words of the domain."""
        return {name: Cap(each.day, each.week) for name, each in self.delivery_caps.items()}
