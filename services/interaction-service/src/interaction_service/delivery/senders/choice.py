"""Which sender a channel has."""

from __future__ import annotations

import aiohttp

from hamdel.clock import utc_now
from interaction_service.delivery.senders.base import Sender
from interaction_service.delivery.senders.console import ConsoleSender
from interaction_service.delivery.senders.http import HttpSender
from interaction_service.delivery.senders.smtp import SmtpSender
from interaction_service.delivery.settings import DeliverySettings

__all__ = ["sender_for"]


def sender_for(channel: str, settings: DeliverySettings, http: aiohttp.ClientSession) -> Sender:
    """A new connection's worth of the sender of a channel; the log where no server is set."""
    if channel == "email" and settings.smtp_host:
        return SmtpSender(settings, utc_now)
    url, secret = {
        "sms": (settings.sms_url, settings.sms_secret_file),
        "push": (settings.push_url, settings.push_secret_file),
    }.get(channel, (None, None))
    if url and secret:
        return HttpSender(http, channel, url, secret, seconds=settings.delivery_send_seconds, clock=utc_now)
    return ConsoleSender(channel)
