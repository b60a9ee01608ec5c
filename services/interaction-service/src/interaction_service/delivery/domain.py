"""What a message is, and the rules of sending it: when again, how often, in which language. Times are UTC."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

__all__ = [
    "CHANNELS",
    "LANGUAGES",
    "STATUSES",
    "WEEK",
    "Cap",
    "MessageDraft",
    "Outcome",
    "backoff",
    "cap_for",
    "free_again",
    "language_for",
    "language_of",
]

CHANNELS: Final = ("email", "sms", "push")
LANGUAGES: Final = ("fa", "en")

STATUSES: Final = ("queued", "sending", "sent", "delivered", "bounced", "failed", "suppressed", "deferred")
"""`deferred` waits for a moment (quiet hours, a cap, another try); `suppressed` was not allowed to leave; `failed`
could not be made or was refused; `bounced` came back."""

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)

FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """A message somebody wants sent. `key` makes it one: a second draft with the same key is not another message.

    Either a `template` with its `variables`, or the text itself (`body`, and `subject` where the channel has one).
    `purpose` is what consent is asked for. `language` is that of the customer where it is None; `address` is the
    customer's own where it is None, and a fixed one in a reply. `transactional` messages ask neither for consent nor
    for the hour nor for caps. `on_timeline` is for a touch that somebody else records: it is not recorded again.
    """

    customer_id: UUID
    channel: str
    purpose: str
    key: str
    template: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    subject: str | None = None
    body: str | None = None
    language: str | None = None
    not_before: datetime | None = None
    address: str | None = None
    transactional: bool = False
    on_timeline: bool = False

    def __post_init__(self) -> None:
        if self.channel not in CHANNELS:
            raise ValueError(f"{self.channel!r} is no channel that messages leave by")
        if (self.template is None) == (self.body is None):
            raise ValueError("a message has a template or a body")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message or of one attempt: a status, a stable reason (None where there is nothing to say), and
    for `deferred` when again. `provider_id` is the provider's name for it; `hard` is a bounce that will not heal."""

    status: str
    reason: str | None = None
    again_at: datetime | None = None
    provider_id: str | None = None
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many messages in any 24 hours and in any 7 days; None = as many as there are."""

    day: int | None = None
    week: int | None = None


def backoff(attempts: int, fraction: float) -> timedelta:
    """The pause after so many attempts (1, 2, …): 30 s, doubled each time, at most 4 h, and of that between a half and
    the whole, by a random `fraction` of 0…1: what failed together does not come back together."""
    doubled: timedelta = min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)
    return doubled * (0.5 + fraction / 2)


def cap_for(caps: Mapping[str, Cap], purpose: str, channel: str) -> Cap:
    """The cap of `<purpose>/<channel>`; a `*` stands for every purpose or channel, the more exact one wins."""
    for name in (f"{purpose}/{channel}", f"{purpose}/*", f"*/{channel}", "*/*"):
        if name in caps:
            return caps[name]
    return Cap()


def free_again(cap: Cap, earlier: Iterable[datetime], now: datetime) -> datetime | None:
    """When the next message may leave: None = now. `earlier` are those of the last seven days, in any order."""
    times = sorted(earlier, reverse=True)
    waits = []
    for most, window in ((cap.day, DAY), (cap.week, WEEK)):
        within = [time for time in times if time > now - window]
        if most is not None and len(within) >= most:
            waits.append(within[most - 1] + window if most else now + window)
    return max(waits, default=None)


def language_for(wanted: Iterable[str | None], available: Collection[str]) -> str | None:
    """The first wanted language (a BCP 47 tag) that there is a text in; `en-GB` is served by `en`. Any, where nobody's
    wish can be met; None where there is no text."""
    for tag in wanted:
        primary = (tag or "").partition("-")[0].lower()
        if primary in available:
            return primary
    return min(available, default=None)


def language_of(text: str) -> str | None:
    """The language that a person's own words are set in: by the direction of the first letter that has one (UAX 9,
    rules P2 and P3); None where there is no letter."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL", "L"):
            return "en" if direction == "L" else "fa"
    return None
