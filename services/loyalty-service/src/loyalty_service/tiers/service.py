"""What others ask of tiers: to count, and who is in which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.database import Families, roots
from loyalty_service.programs.domain import Program, local_day
from loyalty_service.programs.service import program_of
from loyalty_service.tiers.counting import Credit, count
from loyalty_service.tiers.domain import Scheme
from loyalty_service.tiers.repository import days, states
from loyalty_service.tiers.schemes import scheme_of
from loyalty_service.tiers.standing import fresh, periods_by_root, unit_of
from loyalty_service.tiers.state import State

__all__ = ["Credit", "TierSummary", "count", "multiplier_of", "summary", "tier_of"]


@dataclass(frozen=True, slots=True)
class TierSummary:
    """Where a family stands. `tier` None: in none; `valid_until` None: it has no end. `next_tier` and how much is
    `missing` for it today, in `unit` (points, visits, or a currency's code); both None at the top."""

    tier: str | None
    valid_until: datetime | None
    next_tier: str | None
    missing: Decimal | None
    unit: str


async def tier_of(
    connection: AsyncConnection, program_id: UUID, customer_ids: Iterable[UUID]
) -> Mapping[UUID, str | None]:
    """The code of the tier of each customer's family, as of now; None: in none."""
    ids = list(customer_ids)
    scheme = await scheme_of(connection, program_id)
    if scheme is None or not ids:
        return dict.fromkeys(ids)
    root_of = await roots(connection, ids)
    known = await states.states(connection, program_id, set(root_of.values()))
    return {one: known[root_of[one]].told if root_of[one] in known else scheme.ground for one in ids}


async def multiplier_of(
    connection: AsyncConnection, program_id: UUID, customer_ids: Iterable[UUID]
) -> Mapping[UUID, Decimal]:
    """By what the tier of each customer's family multiplies what is earned now; 1 for those in none."""
    tiers = await tier_of(connection, program_id, customer_ids)
    scheme = await scheme_of(connection, program_id)
    if scheme is None:
        return dict.fromkeys(tiers, Decimal(1))
    return {one: scheme.multiplier(code) for one, code in tiers.items()}


async def summary(
    connection: AsyncConnection, program_id: UUID, families: Families
) -> Mapping[UUID, TierSummary | None]:
    """Where each family stands, by its root; None where the programme has no tiers."""
    scheme = await scheme_of(connection, program_id)
    if scheme is None:
        return dict.fromkeys(families)
    program = await program_of(connection, program_id)
    today = local_day(program, utc_now())
    known = await states.states(connection, program_id, families)
    periods = await periods_by_root(connection, program, scheme, families)
    spans = {root: (periods[root].first(today), today) for root in families}
    counted = await days.totals(connection, program_id, scheme.qualify_by, families, spans)
    return {
        root: _summary(program, scheme, known.get(root) or fresh(scheme), counted.get(root, Decimal(0)))
        for root in families
    }


def _summary(program: Program, scheme: Scheme, state: State, counted: Decimal) -> TierSummary:
    following = next(iter(scheme.steps[scheme.level(state.told) :]), None)
    return TierSummary(
        tier=state.told,
        valid_until=state.told_until,
        next_tier=None if following is None else following.code,
        missing=None if following is None else max(following.at - counted, Decimal(0)),
        unit=unit_of(program, scheme),
    )
