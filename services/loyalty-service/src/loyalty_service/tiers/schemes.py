"""The tiers of programmes as everybody needs them, and the use cases of writing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import FieldError, NotFound, PreconditionRequired, check_version
from hamdel.http.problem import InvalidValue
from loyalty_service.programs import repository as programs
from loyalty_service.programs.domain import local_day
from loyalty_service.programs.known import Known
from loyalty_service.programs.service import program_of
from loyalty_service.tiers.domain import Scheme, Tier, Window
from loyalty_service.tiers.repository import days
from loyalty_service.tiers.repository import schemes as repository
from loyalty_service.tiers.repository.schemes import Stored

__all__ = ["former_scheme", "put", "scheme_of", "stored_scheme"]


async def scheme_of(connection: AsyncConnection, program_id: UUID) -> Scheme | None:
    """The tiers of a programme; None where it has none."""
    return (await _schemes(connection)).get(program_id)


async def stored_scheme(connection: AsyncConnection, program_id: UUID) -> Scheme:
    """The tiers of a programme, read afresh. Raises NotFound `unknown-program`, `no-tiers`."""
    await program_of(connection, program_id)
    stored = await repository.found(connection, program_id)
    if stored is None:
        raise NotFound("no-tiers", "the programme has no tiers")
    return decoded(stored)


async def former_scheme(connection: AsyncConnection, program_id: UUID, version: int) -> Scheme:
    """The tiers of a programme as they once were."""
    stored = await repository.version(connection, program_id, version)
    assert stored is not None
    return decoded(stored)


async def put(unit: UnitOfWork, program_id: UUID, version: int | None, wanted: Scheme) -> Scheme:
    """Replaces the tiers of a programme; people are ranked by the new ones in the background.

    Raises NotFound `unknown-program`, PreconditionRequired without a version where there are tiers already, and
    PreconditionFailed.
    """
    connection = unit.connection
    held = await programs.hold(connection, program_id)
    if held is None:
        raise NotFound("unknown-program", "there is no such programme")
    current = await repository.found(connection, program_id)
    if current is not None and version is None:
        raise PreconditionRequired()
    if version is not None:
        check_version(current.version if current else 0, version)
    since = local_day(held.program, unit.now)
    scheme = replace(wanted, version=current.version + 1 if current else 1, since=since)
    stored = Stored(program_id, scheme.version, {}, since, unit.now, unit.context.actor)
    await repository.add(connection, stored, encoded(scheme))
    if current is not None or await days.any_days(connection, program_id):
        await repository.restart(connection, program_id)
    await programs.changed(connection)
    return scheme


def require_tier(scheme: Scheme, code: str) -> None:
    """Raises InvalidValue for a tier that there is not."""
    if code not in {one.code for one in scheme.tiers}:
        raise InvalidValue(errors=[FieldError("/tier", "there is no such tier", "unknown_tier")])


def encoded(scheme: Scheme) -> str:
    """JSON of a scheme; numbers are strings, so that none is rounded."""
    window = scheme.window and {"kind": scheme.window.kind, "months": scheme.window.months}
    tiers = [
        {"code": one.code, "at": format(one.at, "f"), "multiplier": format(one.multiplier, "f")} for one in scheme.tiers
    ]
    plain = {name: getattr(scheme, name) for name in ("qualify_by", "downgrade", "grace_days", "warn_days")}
    return orjson.dumps(plain | {"window": window, "tiers": tiers}).decode()


def decoded(stored: Stored) -> Scheme:
    """The scheme of a version."""
    given: dict[str, Any] = dict(stored.definition)
    window = given.pop("window")
    tiers = tuple(Tier(one["code"], Decimal(one["at"]), Decimal(one["multiplier"])) for one in given.pop("tiers"))
    return Scheme(**given, window=window and Window(**window), tiers=tiers, version=stored.version, since=stored.since)


async def _read(connection: AsyncConnection) -> Mapping[UUID, Scheme]:
    return {one.program_id: decoded(one) for one in await repository.newest(connection)}


_schemes: Final = Known(_read)
