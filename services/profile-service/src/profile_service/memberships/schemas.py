"""Bodies of memberships."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import ValidationInfo, field_validator

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from profile_service.customers.values import DateOnly, Label, Line
from profile_service.memberships.domain import Membership, Terms

__all__ = ["MembershipBody", "MembershipResource"]


class MembershipBody(RequestModel):
    """`role` is what the member does there (owner, buyer …), `title` what is on the card; dates have no zone."""

    organization_id: UUID
    role: Label
    title: Line | None = None
    since: DateOnly | None = None
    until: DateOnly | None = None

    @field_validator("until")
    @classmethod
    def _is_not_before_since(cls, value: date | None, info: ValidationInfo) -> date | None:
        since = info.data.get("since")
        if value is not None and since is not None and value < since:
            raise ValueError("lies before since")
        return value

    def terms(self) -> Terms:
        """The body as the domain names it."""
        return Terms(self.organization_id, self.role, self.title, self.since, self.until)


class MembershipResource(ResponseModel):
    """A membership; `until` is the date agreed on, `ended_at` (UTC) when it was ended here, null while it stands."""

    id: UUID
    person_id: UUID
    organization_id: UUID
    role: str
    title: str | None
    since: date | None
    until: date | None
    created_at: Moment
    ended_at: Moment | None

    @classmethod
    def of(cls, membership: Membership) -> MembershipResource:
        """The resource of a stored membership."""
        terms = membership.terms
        return cls(
            id=membership.id,
            person_id=membership.person_id,
            organization_id=terms.organization_id,
            role=terms.role,
            title=terms.title,
            since=terms.since,
            until=terms.until,
            created_at=membership.created_at,
            ended_at=membership.ended_at,
        )
