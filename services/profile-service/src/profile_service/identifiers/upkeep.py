"""Canonical forms made by older rules are made again, beside the traffic, each time the service starts."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import structlog

from hamdel.context import CallContext
from hamdel.database import UnitOfWork
from hamdel.http import Services
from hamdel.ids import new_id
from profile_service.identifiers import repository
from profile_service.identifiers.canonical import wanted
from profile_service.identifiers.domain import InvalidIdentifierError, Wanted
from profile_service.identifiers.reading import phone_region

__all__ = ["recanonicalise", "renew_identifiers"]

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 500
_FIRST: Final = UUID(int=0)


async def renew_identifiers(services: Services) -> None:
    """Goes once through the rows that older rules made; nothing to do costs one statement."""
    region, after, kept = phone_region(services.settings), _FIRST, 0
    while True:
        async with services.units(CallContext("system", str(new_id()), source="upkeep")) as unit:
            last, left = await recanonicalise(unit, region, after)
        kept += left
        if last is None:
            break
        after = last
    if kept:
        log.warning("identifiers_kept_in_an_old_form", rows=kept)


async def recanonicalise(unit: UnitOfWork, region: str, after: UUID = _FIRST) -> tuple[UUID | None, int]:
    """The next 500 old rows after an id in the form of the present rules: the last id, None at the end, and how many
    stayed in the old form.

    Two kinds stay: values that today's rules refuse, and unique ones whose form another customer has by now (the
    older row wins). What customers see is the raw value, so neither version nor history nor section changes.
    """
    rows = await repository.older_than_the_rules(unit.connection, after, _AT_ONCE)
    if not rows:
        return None, 0
    forms: dict[UUID, Wanted] = {}
    for row in rows:
        with contextlib.suppress(InvalidIdentifierError):
            forms[row.id] = wanted(row.type, row.raw, region)
    renewed = await repository.renew(unit.connection, _once_where_unique(forms))
    return rows[-1].id, len(rows) - len(renewed)


def _once_where_unique(forms: Mapping[UUID, Wanted]) -> dict[UUID, str]:
    """Of several rows that come to one unique form, the first alone."""
    first = {form.key: id_ for id_, form in reversed(list(forms.items()))}
    return {id_: form.canonical for id_, form in forms.items() if not form.exclusive or first[form.key] == id_}
