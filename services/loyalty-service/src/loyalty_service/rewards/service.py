"""Use cases of rewards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Conflict, FieldError, InvalidValue, NotFound, Paging, check_version, cut_page, decode_cursor
from hamdel.ids import new_id
from loyalty_service.programs.service import program_of
from loyalty_service.rewards import repository
from loyalty_service.rewards.domain import Reward, faults, left_after

__all__ = ["change", "create", "page_of_rewards", "retire", "reward_of"]


async def create(
    unit: UnitOfWork, program_id: UUID, fields: Mapping[str, Any], currencies: Mapping[str, str]
) -> Reward:
    """Makes a reward of these fields. `currencies`: those of its amounts, by pointer; all must be the programme's.

    Raises NotFound `unknown-program`, Conflict `reward-exists`, InvalidValue.
    """
    currency = await _currency(unit.connection, program_id, currencies)
    reward = Reward(
        id=new_id(),
        program_id=program_id,
        currency=currency,
        created_at=unit.now,
        stock_left=fields.get("stock"),
        **fields,
    )
    _check(reward)
    if not await repository.add(unit.connection, reward):
        raise Conflict("reward-exists", "the programme has a reward with this code")
    return reward


async def reward_of(connection: AsyncConnection, program_id: UUID, code: str) -> Reward:
    """The reward. Raises NotFound `unknown-program`, `unknown-reward`."""
    await program_of(connection, program_id)
    return _known(await repository.find(connection, program_id, code))


async def page_of_rewards(
    connection: AsyncConnection, program_id: UUID, paging: Paging
) -> tuple[list[Reward], str | None]:
    """A page in order of code, and the cursor of the next one. Raises Malformed, NotFound `unknown-program`."""
    await program_of(connection, program_id)
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page(connection, program_id, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.code,))


async def change(
    unit: UnitOfWork,
    program_id: UUID,
    code: str,
    version: int,
    changes: Mapping[str, Any],
    currencies: Mapping[str, str],
) -> Reward:
    """Changes fields; what is taken of the stock stays taken. Raises NotFound, PreconditionFailed, InvalidValue."""
    await _currency(unit.connection, program_id, currencies)
    reward = _known(await repository.hold(unit.connection, program_id, code))
    check_version(reward.version, version, list(changes))
    changed = replace(reward, **changes, version=reward.version + 1)
    if "stock" in changes:
        changed = replace(changed, stock_left=_left(reward, changed.stock))
    _check(changed)
    await repository.store(unit.connection, changed)
    return changed


async def retire(unit: UnitOfWork, program_id: UUID, code: str) -> Reward:
    """Nobody can redeem it any more; what is reserved or given out stays so. Again changes nothing. Raises NotFound."""
    await program_of(unit.connection, program_id)
    reward = _known(await repository.hold(unit.connection, program_id, code))
    if reward.active:
        reward = replace(reward, active=False, version=reward.version + 1)
        await repository.store(unit.connection, reward)
    return reward


def _left(reward: Reward, stock: int | None) -> int | None:
    left = left_after(reward, stock)
    if left is not None and left < 0:
        fault = FieldError("/stock", "more pieces than that are given out", "below_taken")
        raise InvalidValue(errors=[fault])
    return left


async def _currency(connection: AsyncConnection, program_id: UUID, given: Mapping[str, str]) -> str:
    currency = (await program_of(connection, program_id)).currency
    strange = [pointer for pointer, one in given.items() if one != currency]
    if strange:
        message = f"the programme is in {currency}"
        raise InvalidValue(errors=[FieldError(pointer, message, "program_currency") for pointer in strange])
    return currency


def _check(reward: Reward) -> None:
    if found := [FieldError(f"/{each.field}", each.message, each.kind) for each in faults(reward)]:
        raise InvalidValue(errors=found)


def _known(found: Reward | None) -> Reward:
    if found is None:
        raise NotFound("unknown-reward", "the programme has no reward with this code")
    return found
