"""Bodies of the consent routes, and the part of a new customer that is consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
from pydantic import AwareDatetime, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from profile_service.consents.chain import Proof
from profile_service.consents.contact import DETAILS, Contact
from profile_service.consents.domain import ANY, CHANNELS, LEGAL_BASES, Row, Standing, State, Told, state_at
from profile_service.customers.bounds import BoundedObject
from profile_service.customers.values import StorableTime

__all__ = [
    "Channel",
    "ConfirmBody",
    "ConsentBody",
    "ConsentRow",
    "ConsentStanding",
    "ContactAnswer",
    "FirstConsent",
    "ProofAnswer",
    "Purpose",
    "canonical",
]

_SAME: Final = (
    "id", "customer_id", "purpose", "channel", "status", "legal_basis", "source", "valid_from", "valid_to", "confirms",
    "recorded_at", "recorded_by",
)  # fmt: skip


_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)

_End = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]
"""Up to the year 9999, which many write for `without end`."""

Channel = Literal[CHANNELS]  # type: ignore[valid-type]
_ChannelOrAny = Literal[*CHANNELS, ANY]  # type: ignore[valid-type]
Purpose = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
_LegalBasis = Literal[LEGAL_BASES]  # type: ignore[valid-type]


class FirstConsent(RequestModel):
    """What somebody allowed or refused for a purpose on a channel (`any` for all), and how that is known.

    `evidence` (at most 16 KiB) tells what was shown: wording version, IP address, reference of a document …; times are
    RFC 3339 with an offset, the window is half open and begins now where it does not say.
    """

    purpose: Purpose
    channel: _ChannelOrAny
    status: Literal["granted", "denied", "withdrawn"]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    legal_basis: _LegalBasis = "consent"
    evidence: BoundedObject = Field(default_factory=dict)
    valid_from: StorableTime | None = None
    valid_to: _End | None = None

    def told(self) -> Told:
        """The body in the words of the domain."""
        return Told(
            purpose=self.purpose,
            channel=self.channel,
            status=self.status,
            legal_basis=self.legal_basis,
            source=self.source,
            evidence=canonical(self.evidence),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class ConsentBody(FirstConsent):
    """`double_opt_in`: the grant is pending until its token comes back through the channel that it is about."""

    double_opt_in: bool = False

    @field_validator("double_opt_in")
    @classmethod
    def _opts_in(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("status") != "granted":
            raise PydanticCustomError("not_a_grant", "only a grant can be confirmed")
        return value

    def told(self) -> Told:
        """A grant that waits for its confirmation is told as pending."""
        told = super().told()
        return replace(told, status="pending") if self.double_opt_in else told


class ConfirmBody(RequestModel):
    """The token that a double opt-in gave out, and what shows that it came back."""

    token: Annotated[str, Field(min_length=1, max_length=100)]
    evidence: BoundedObject = Field(default_factory=dict)


class ProofLink(ResponseModel):
    """SHA-256, as hex: of this row with the hash before it, and that hash (null for a customer's first row)."""

    hash: str
    previous: str | None

    @classmethod
    def of(cls, row: Row) -> ProofLink:
        """The row's link in its customer's chain."""
        return cls(hash=row.hash.hex(), previous=row.previous_hash.hex() if row.previous_hash else None)


class ConsentRow(ResponseModel):
    """A row as it was taken down. `evidence` may hold personal data: null for readers without the right to see it."""

    id: UUID
    customer_id: UUID
    purpose: str
    channel: str
    status: str
    legal_basis: str
    source: str
    evidence: dict[str, Any] | None
    valid_from: Moment
    valid_to: Moment | None
    confirms: UUID | None
    confirmation_expires_at: Moment | None
    recorded_at: Moment
    recorded_by: str
    proof: ProofLink

    @classmethod
    def of(cls, row: Row, *, in_full: bool) -> ConsentRow:
        """`in_full`: whether the reader may see personal data."""
        return cls(**_fields(row, in_full=in_full))


class ConsentStanding(ConsentRow):
    """What stands for a purpose on a channel: the row that decides it, which may be one on `any` (`decided_by`), and in
    `standing` what it means at this moment. `confirmation_token` is told once, to whoever opened the double opt-in."""

    standing: State
    decided_by: str
    confirmation_token: str | None = None

    @classmethod
    def of_pair(cls, channel: str, found: Standing, now: datetime, *, in_full: bool) -> ConsentStanding:
        """The standing of a channel at a moment."""
        fields = _fields(found.row, in_full=in_full)
        fields |= {"channel": channel, "valid_from": found.valid_from, "valid_to": found.valid_to}
        return cls(**fields, standing=state_at(found, now), decided_by=found.row.channel)


class ContactAnswer(ResponseModel):
    """`reason` is a stable code, `detail` its words in the caller's language. `quiet_hours` tells whether it is a quiet
    hour for this channel; `next_allowed_at` (UTC) is the first moment that waiting leads to, null where it does not."""

    allowed: bool
    reason: str
    detail: str
    standing: State
    next_allowed_at: Moment | None
    quiet_hours: bool

    @classmethod
    def of(cls, contact: Contact, *, persian: bool) -> ContactAnswer:
        """The answer in one of the two languages."""
        return cls(
            allowed=contact.allowed,
            reason=contact.reason,
            detail=DETAILS[contact.reason][persian],
            standing=contact.standing,
            next_allowed_at=contact.next_allowed_at,
            quiet_hours=contact.quiet_hours,
        )


class ProofAnswer(ResponseModel):
    """Whether every row of a customer is as it was written. `head` is the hash of the newest one: whoever keeps it can
    tell later that no row was cut off. `broken_at` counts rows from 1."""

    intact: bool
    rows: int
    head: str | None
    broken_at: int | None

    @classmethod
    def of(cls, proof: Proof) -> ProofAnswer:
        """What the check found."""
        head = proof.head.hex() if proof.head else None
        return cls(intact=proof.broken_at is None, rows=proof.rows, head=head, broken_at=proof.broken_at)


def canonical(evidence: dict[str, Any]) -> str:
    """JSON text that is the same for the same evidence."""
    return orjson.dumps(evidence, option=orjson.OPT_SORT_KEYS).decode()


def _fields(row: Row, *, in_full: bool) -> dict[str, Any]:
    evidence = orjson.loads(row.evidence) if in_full and row.evidence is not None else None
    same = {name: getattr(row, name) for name in _SAME}
    return {
        **same,
        "evidence": evidence,
        "confirmation_expires_at": row.token_expires_at,
        "proof": ProofLink.of(row),
    }
