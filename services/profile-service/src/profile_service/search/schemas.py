"""Bodies and parameters of search."""

from __future__ import annotations

import contextlib
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi import Query as Parameter

from hamdel.http import services_of
from hamdel.text import normalise, unify
from profile_service.customers.codes import spelled
from profile_service.customers.schemas import CustomerResource, Kind
from profile_service.identifiers.canonical import canonical
from profile_service.identifiers.domain import InvalidIdentifierError
from profile_service.identifiers.reading import phone_region
from profile_service.search.domain import code_key
from profile_service.search.query import Query
from profile_service.search.repository import Filters
from profile_service.search.service import Answer, Wish

__all__ = ["FoundCustomer", "SearchWish", "wish"]

_LONGEST: Final = 200
_TYPES: Final = ("national_id", "organization_id", "phone", "email", "card", "social:any", "external:any")


class FoundCustomer(CustomerResource):
    """A customer with how well it answers. `score` is 1 for an identifier or the whole name, 0.9 where every word is
    there, 0.75 where words begin so, 0.7 where they are written as one, 0.5 where names hold them, 0.4 where they sound
    alike, 0.3 where they are similar (looked for only where nobody has the words themselves), 0.2 for a member of an
    organisation of that name; null where nothing was asked. `matched` names the fields: `name`, `name.other_script`,
    `code`, `phone`, `email`, `organization`, or the type of an identifier."""

    score: float | None
    matched: list[str]

    @classmethod
    def found(cls, answer: Answer, *, in_full: bool) -> FoundCustomer:
        """`in_full`: whether the reader may see national ids and phones unmasked."""
        resource = CustomerResource.of(answer.customer, in_full=in_full)
        return cls(**dict(resource), score=answer.score, matched=list(answer.matched))


def wish(
    request: Request,
    q: Annotated[str | None, Parameter(max_length=_LONGEST)] = None,
    tag: Annotated[str | None, Parameter(min_length=1, max_length=64)] = None,
    kind: Kind | None = None,
    archived: bool = False,
) -> Wish:
    """The dependency behind `SearchWish`. `q` of nothing but white space is none; `archived` lets the archived in."""
    filters = Filters(kind, normalise(tag) if tag else None, archived)
    asked = unify(q or "")
    if not asked:
        return Wish(None, (), None, filters)
    code = spelled(asked)
    forms = _forms(asked, phone_region(services_of(request).settings))
    return Wish(Query.of(normalise(asked)), forms, code_key(code) if code else None, filters)


SearchWish = Annotated[Wish, Depends(wish)]


def _forms(asked: str, region: str) -> list[str]:
    found = set()
    for type_ in _TYPES:
        with contextlib.suppress(InvalidIdentifierError):
            found.add(canonical(type_, asked, region))
    return sorted(found)
