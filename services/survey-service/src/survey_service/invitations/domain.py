"""What an invitation is, and the rules of asking: the gates in their order, reminders, what a token stands for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID, uuid5

__all__ = [
    "CHANNELS",
    "STATUSES",
    "Asking",
    "Consent",
    "Invitation",
    "Link",
    "State",
    "Ticket",
    "TicketKind",
    "Verdict",
    "following_reminder",
    "gate",
    "lot",
    "remind",
]

TicketKind = Literal["personal", "link", "anonymous"]
State = Literal["open", "answered", "expired", "closed"]

CHANNELS: Final = ("email", "sms", "push")
STATUSES: Final = ("waiting", "sent", "answered", "expired", "refused")

WAITS_AT_MOST: Final = timedelta(days=7)
"""A question that could not be asked for so long is about something that nobody remembers."""

PROFILE_AGAIN: Final = timedelta(minutes=1)

RESPONSES: Final = UUID("6f1d0f8e-4e0c-5b6e-9b0b-1c9f3c7a2d11")
"""The namespace of the ids of responses to personal invitations (RFC 9562, version 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A customer is to be asked, was asked, or was not (`refused`, with the `reason`). `next_at` is when something has
    to be done about it: the asking, a reminder, its end. `again_at` is when the customer may be asked anything again.
    Times are UTC."""

    id: UUID
    survey_id: UUID
    customer_id: UUID
    trigger_id: UUID | None
    channel: str
    language: str | None
    ignore_recontact: bool
    status: str
    reason: str | None
    due_at: datetime
    next_at: datetime | None
    expires_at: datetime | None
    sent_at: datetime | None
    reminders: int
    opened_at: datetime | None
    answered_at: datetime | None
    response_id: UUID | None
    again_at: datetime | None
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address that many may answer at, until `expires_at` (UTC) and at most `maximum` of them; None = no end, as
    many as like. `answers` counts the finished ones."""

    id: UUID
    survey_id: UUID
    language: str | None
    channel: str | None
    expires_at: datetime | None
    maximum: int | None
    answers: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a token stands for. `personal` is one customer's single invitation; a `link` and an `anonymous` one (that of
    an anonymous survey) are open to many and know nobody. A personal invitation to an anonymous survey has its
    `invitation_id`, so that it is used once, and `anonymous`: nothing of it may be stored with the response.

    `version` is the published version that a response begun now belongs to. `state`: `answered` is a personal
    invitation that was used up, `expired` is past its end (or a link that as many answered as may), `closed` belongs
    to a survey that asks nobody any more. `expires_at` is UTC. `correlation_id` is that of the journey that led here.
    """

    kind: TicketKind
    state: State
    survey_id: UUID
    survey_code: str
    version: int
    anonymous: bool
    language: str | None = None
    channel: str | None = None
    invitation_id: UUID | None = None
    link_id: UUID | None = None
    customer_id: UUID | None = None
    expires_at: datetime | None = None
    correlation_id: str | None = None

    @property
    def response_id(self) -> UUID | None:
        """The id of the one response to a personal invitation; None where the respondent's client makes it: for links,
        and in anonymous surveys, where nothing may lead from an invitation to its response."""
        if self.invitation_id is None or self.anonymous:
            return None
        return uuid5(RESPONSES, str(self.invitation_id))


@dataclass(frozen=True, slots=True)
class Consent:
    """What profile-service says of a customer, purpose and channel. `next_allowed_at` is set where waiting helps."""

    allowed: bool
    reason: str
    next_allowed_at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """All that decides whether a customer is asked now. `asked` and `asked_any` are when anybody of the customer's
    family was last invited to this survey (or answered it), and to any; `consent` is None where profile-service could
    not be asked; `lot` is the customer's of this survey, 0 to 1."""

    now: datetime
    survey_open: bool
    due_at: datetime
    expires_at: datetime | None
    exempt: bool
    asked: datetime | None
    asked_any: datetime | None
    recontact: timedelta | None
    cooldown: timedelta
    consent: Consent | None
    lot: float
    sampling: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`send`, `wait` until `again_at`, or `refuse`; the last two with a reason."""

    kind: Literal["send", "wait", "refuse"]
    reason: str | None = None
    again_at: datetime | None = None


SEND: Final = Verdict("send")


def gate(asking: Asking) -> Verdict:
    """The gates in their order; the first that is shut decides. An exempt invitation passes both pauses: it ends a case
    that an earlier answer opened."""
    if not asking.survey_open:
        return Verdict("refuse", "survey-not-open")
    if _over(asking):
        return Verdict("refuse", "too-late")
    if not asking.exempt and asking.recontact is not None and _within(asking.asked, asking.recontact, asking.now):
        return Verdict("refuse", "recontact")
    if not asking.exempt and _within(asking.asked_any, asking.cooldown, asking.now):
        return Verdict("refuse", "cool-down")
    verdict = _of_consent(asking.consent, asking.now)
    if verdict.kind == "send" and asking.lot >= asking.sampling:
        return Verdict("refuse", "not-sampled")
    return verdict


def remind(survey_open: bool, consent: Consent | None, now: datetime) -> Verdict:
    """Whether somebody who was asked is reminded."""
    if not survey_open:
        return Verdict("refuse", "survey-not-open")
    return _of_consent(consent, now)


def following_reminder(sent_at: datetime, reminder_days: Sequence[int], told: int, expires_at: datetime) -> datetime:
    """When the next reminder is due after `told` of them, counted from the first message; the end where there is none
    before it."""
    if told >= len(reminder_days):
        return expires_at
    return min(sent_at + timedelta(days=sorted(reminder_days)[told]), expires_at)


def lot(customer_id: UUID, survey_id: UUID) -> float:
    """A number of 0 to 1 (exclusive), evenly spread over customers, always the same for the two."""
    digest = hashlib.sha256(customer_id.bytes + survey_id.bytes).digest()
    return (int.from_bytes(digest[:8]) >> 11) / (1 << 53)


def _of_consent(consent: Consent | None, now: datetime) -> Verdict:
    if consent is None:
        return Verdict("wait", "profile-unreachable", now + PROFILE_AGAIN)
    if consent.allowed:
        return SEND
    if consent.next_allowed_at is not None:
        return Verdict("wait", consent.reason, max(consent.next_allowed_at, now + PROFILE_AGAIN))
    return Verdict("refuse", "unknown-customer" if consent.reason == "unknown-customer" else "no-consent")


def _over(asking: Asking) -> bool:
    ended = asking.expires_at is not None and asking.expires_at <= asking.now
    return ended or asking.now - asking.due_at > WAITS_AT_MOST


def _within(moment: datetime | None, pause: timedelta, now: datetime) -> bool:
    return moment is not None and now < moment + pause
