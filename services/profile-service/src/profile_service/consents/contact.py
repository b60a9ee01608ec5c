"""Whether somebody may be contacted for a purpose on a channel now, and if not, why and from when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from profile_service.consents.domain import Standing, State, state_at
from profile_service.consents.quiet_hours import QuietHours

__all__ = ["DETAILS", "DISTURBING", "WITHOUT_CONSENT", "Contact", "can_contact"]

WITHOUT_CONSENT: Final = frozenset({"service"})
"""Purposes that the contract with the customer covers (GDPR, article 6(1)(b)): allowed until refused. Every other
purpose needs a grant that is in force."""

DISTURBING: Final = frozenset({"phone", "ivr", "sms", "chat", "social", "app"})
"""Channels that ring: bound by quiet hours. Letters, e-mail, fax and what the customer comes to are not."""

_STOPS_SERVICE: Final = frozenset({"withdrawn", "denied", "not_yet_valid"})

DETAILS: Final = {
    "consent-granted": ("Consent was given.", "رضایت داده شده است."),
    "no-consent-needed": ("This purpose needs no consent.", "این هدف به رضایت نیاز ندارد."),
    "quiet-hours": ("It is a quiet hour where the customer lives.", "در محل زندگی مشتری ساعت سکوت است."),
    "customer-archived": ("The customer is archived.", "پروندهٔ مشتری بایگانی شده است."),
    "consent-withdrawn": ("Consent was withdrawn.", "رضایت پس گرفته شده است."),
    "consent-denied": ("Consent was denied.", "رضایت داده نشده و رد شده است."),
    "consent-pending": ("Consent has not been confirmed yet.", "رضایت هنوز تأیید نشده است."),
    "consent-not-yet-valid": ("Consent is not valid yet.", "زمان اعتبار رضایت هنوز نرسیده است."),
    "consent-expired": ("Consent is no longer valid.", "اعتبار رضایت به پایان رسیده است."),
    "consent-missing": ("Nobody has given consent.", "رضایتی ثبت نشده است."),
}
"""Stable reason → (English, Persian)."""


@dataclass(frozen=True, slots=True)
class Contact:
    """The answer. `next_allowed_at` (UTC) is set where waiting alone helps: the first moment that is allowed."""

    allowed: bool
    reason: str
    standing: State
    quiet_hours: bool
    next_allowed_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Question:
    standing: Standing | None
    purpose: str
    channel: str
    archived: bool
    zone: tzinfo
    quiet: QuietHours

    def is_quiet(self, at: datetime) -> bool:
        return self.channel in DISTURBING and self.quiet.cover(at, self.zone)

    def obstacle(self, at: datetime) -> str | None:
        state = state_at(self.standing, at)
        if self.archived:
            return "customer-archived"
        stopped = state in _STOPS_SERVICE if self.purpose in WITHOUT_CONSENT else state != "granted"
        if stopped:
            return "consent-missing" if state == "none" else f"consent-{state.replace('_', '-')}"
        return "quiet-hours" if self.is_quiet(at) else None

    def next_allowed(self, at: datetime) -> datetime | None:
        begins = at
        if self.standing is not None and state_at(self.standing, at) == "not_yet_valid":
            begins = self.standing.valid_from
        first = self.quiet.first_moment_outside(begins, self.zone) if self.channel in DISTURBING else begins
        return first if self.obstacle(first) is None else None


def can_contact(
    standing: Standing | None,
    purpose: str,
    channel: str,
    *,
    archived: bool,
    at: datetime,
    zone: tzinfo,
    quiet: QuietHours,
) -> Contact:
    """Consent first, then the hour. `standing` is what stands for the purpose on the channel, `zone` the customer's."""
    asked = _Question(standing, purpose, channel, archived, zone, quiet)
    state, obstacle = state_at(standing, at), asked.obstacle(at)
    if obstacle is None:
        reason = "consent-granted" if state == "granted" else "no-consent-needed"
        return Contact(True, reason, state, False, None)
    return Contact(False, obstacle, state, asked.is_quiet(at), asked.next_allowed(at))
