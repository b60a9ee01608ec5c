"""The settings of profile-service."""

from __future__ import annotations

from typing import Annotated

import phonenumbers
from pydantic import AfterValidator

from hamdel.http import ServiceSettings
from profile_service.consents.quiet_hours import QuietHours
from profile_service.customers.values import TimeZone

__all__ = ["ProfileSettings"]


def _has_numbers(region: str) -> str:
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("not a region that has phone numbers")
    return region


def _are_quiet_hours(span: str) -> str:
    QuietHours.parse(span)
    return span


class ProfileSettings(ServiceSettings):
    """Those every service has, and `default_phone_region`: where a phone number without a country code is dialled, an
    ISO 3166-1 alpha-2 code; `quiet_hours`: when nobody is called or messaged, on the customer's own clock;
    `default_timezone` (IANA): of customers of whom no time zone is known."""

    default_phone_region: Annotated[str, AfterValidator(_has_numbers)] = "IR"
    quiet_hours: Annotated[str, AfterValidator(_are_quiet_hours)] = "21:00-08:00"
    default_timezone: TimeZone = "Asia/Tehran"
