"""Floors: somebody decides that a customer stays at least in a tier for a while."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork, family_of
from hamdel.http import FieldError, InvalidValue, NotFound, PreconditionRequired, check_version
from loyalty_service.programs.service import program_of
from loyalty_service.tiers.repository import states
from loyalty_service.tiers.repository.states import StoredFloor
from loyalty_service.tiers.schemes import stored_scheme
from loyalty_service.tiers.standing import stand

__all__ = ["floor_of", "put_floor"]


async def floor_of(connection: AsyncConnection, program_id: UUID, customer_id: UUID) -> StoredFloor:
    """The floor of a customer, also when it has passed. Raises NotFound `no-tier-floor`."""
    found = await states.find_floor(connection, program_id, customer_id)
    if found is None:
        raise NotFound("no-tier-floor", "the customer has no floor in this programme")
    return found


async def put_floor(
    unit: UnitOfWork,
    directory: CustomerDirectory,
    *,
    program_id: UUID,
    customer_id: UUID,
    tier: str,
    until: datetime,
    reason: str,
    version: int | None,
) -> StoredFloor:
    """Sets a floor in place of the one before; one that ends now or earlier ends it.

    Raises NotFound `unknown-customer`, `unknown-program`, `no-tiers`, InvalidValue for a tier that there is not,
    PreconditionRequired without a version where there is a floor, PreconditionFailed, Unavailable.
    """
    await directory.require(unit.connection, customer_id)
    scheme = await stored_scheme(unit.connection, program_id)
    if scheme.level(tier) == 0:
        raise InvalidValue(errors=[FieldError("/tier", "must be a tier that has to be reached", "unknown_tier")])
    await unit.lock_streams([customer_id])
    current = await states.find_floor(unit.connection, program_id, customer_id)
    if current is not None and version is None:
        raise PreconditionRequired()
    if version is not None:
        check_version(current.version if current else 0, version)
    floor = StoredFloor(
        program_id=program_id,
        customer_id=customer_id,
        tier=tier,
        until=until,
        reason=reason,
        set_by=unit.context.actor,
        set_at=unit.now,
        version=current.version + 1 if current else 1,
    )
    await states.save_floor(unit.connection, floor)
    family = await family_of(unit.connection, customer_id)
    await stand(unit, await program_of(unit.connection, program_id), scheme, {family[0]: family})
    return floor
