"""Every statement on rewards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.rewards.domain import Reward

__all__ = ["Offer", "add", "by_codes", "find", "give_back", "hold", "hold_stock", "on_offer", "page", "store", "take"]

_FIELDS: Final = Reward.__slots__
_JSON: Final = {"name": "CAST(:name AS jsonb)", "tiers": "CAST(:tiers AS text[])"}
COLUMNS: Final = ", ".join(_FIELDS)
VALUES: Final = ", ".join(_JSON.get(name, f":{name}") for name in _FIELDS)
CHANGES: Final = ", ".join(f"{name} = {_JSON.get(name, f':{name}')}" for name in _FIELDS if name != "id")

ADD: Final = text(
    f"INSERT INTO rewards ({COLUMNS}) VALUES ({VALUES}) ON CONFLICT (program_id, code) DO NOTHING"  # noqa: S608
)
STORE: Final = text(f"UPDATE rewards SET {CHANGES} WHERE id = :id")  # noqa: S608
_FIND: Final = f"SELECT {COLUMNS} FROM rewards WHERE program_id = :program_id AND code = :code"  # noqa: S608
FIND: Final = text(_FIND)
HOLD: Final = text(f"{_FIND} FOR UPDATE")
PAGE: Final = text(
    f"SELECT {COLUMNS} FROM rewards WHERE program_id = :program_id AND code > :after ORDER BY code LIMIT :limit"  # noqa: S608
)
BY_CODES: Final = text(
    f"SELECT {COLUMNS} FROM rewards WHERE (program_id, code) IN "  # noqa: S608
    "(SELECT * FROM unnest(CAST(:programs AS uuid[]), CAST(:codes AS text[])))"
)
HOLD_STOCK: Final = text(
    "SELECT id, stock_left FROM rewards WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE"
)
TAKE: Final = text(
    """
    UPDATE rewards AS r SET stock_left = r.stock_left - t.pieces
    FROM unnest(CAST(:ids AS uuid[]), CAST(:pieces AS bigint[])) AS t(id, pieces)
    WHERE r.id = t.id AND r.stock_left >= t.pieces
    """
)
GIVE_BACK: Final = text(
    """
    UPDATE rewards AS r SET stock_left = least(r.stock, r.stock_left + t.pieces)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:pieces AS bigint[])) AS t(id, pieces)
    WHERE r.id = t.id AND r.stock_left IS NOT NULL
    """
)
ON_OFFER: Final = text(
    """
    SELECT program_id, code, price_points, tiers FROM rewards
    WHERE program_id = ANY(CAST(:programs AS uuid[])) AND active AND coalesce(stock_left, 1) > 0
      AND coalesce(valid_from, '-infinity') <= now() AND coalesce(valid_to, 'infinity') > now()
    ORDER BY program_id, price_points DESC, code
    """
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward that can be had now."""

    code: str
    price_points: int
    tiers: Sequence[str]


async def add(connection: AsyncConnection, reward: Reward) -> bool:
    """Stores a new reward; False when the programme has one with its code."""
    return (await connection.execute(ADD, _values(reward))).rowcount == 1


async def store(connection: AsyncConnection, reward: Reward) -> None:
    """Stores a reward that the caller holds as it is now."""
    await connection.execute(STORE, _values(reward))


async def find(connection: AsyncConnection, program_id: UUID, code: str) -> Reward | None:
    """One reward."""
    row = (await connection.execute(FIND, {"program_id": program_id, "code": code})).first()
    return _reward(row) if row else None


async def hold(connection: AsyncConnection, program_id: UUID, code: str) -> Reward | None:
    """One reward, its stock included, locked until the end of the transaction: always the last lock."""
    row = (await connection.execute(HOLD, {"program_id": program_id, "code": code})).first()
    return _reward(row) if row else None


async def page(connection: AsyncConnection, program_id: UUID, after: str, limit: int) -> list[Reward]:
    """Rewards of a programme after a code, in order of code."""
    found = await connection.execute(PAGE, {"program_id": program_id, "after": after, "limit": limit})
    return [_reward(row) for row in found]


async def by_codes(connection: AsyncConnection, wanted: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], Reward]:
    """The rewards with these codes, each by its programme and code."""
    if not wanted:
        return {}
    programs, codes = zip(*wanted, strict=True)
    rows = await connection.execute(BY_CODES, {"programs": list(programs), "codes": list(codes)})
    return {(each.program_id, each.code): each for each in map(_reward, rows)}


async def hold_stock(connection: AsyncConnection, reward_ids: Iterable[UUID]) -> dict[UUID, int | None]:
    """What is left of each of these rewards, locked until the end of the transaction: always the last lock."""
    ids = list(reward_ids)
    if not ids:
        return {}
    return {row[0]: row[1] for row in await connection.execute(HOLD_STOCK, {"ids": ids})}


async def take(connection: AsyncConnection, pieces: Mapping[UUID, int]) -> None:
    """Takes pieces out of the stock. Raises RuntimeError when there are fewer: they were not held, or miscounted."""
    if not pieces:
        return
    done = await connection.execute(TAKE, {"ids": list(pieces), "pieces": list(pieces.values())})
    if done.rowcount != len(pieces):
        raise RuntimeError("more pieces were given out than the stock has")


async def give_back(connection: AsyncConnection, pieces: Mapping[UUID, int]) -> None:
    """Puts pieces back into the stock, never over its size; where it is unlimited by now nothing is counted."""
    if pieces:
        ordered = sorted(pieces)
        await hold_stock(connection, ordered)
        await connection.execute(GIVE_BACK, {"ids": ordered, "pieces": [pieces[one] for one in ordered]})


async def on_offer(connection: AsyncConnection, program_ids: Collection[UUID]) -> dict[UUID, list[Offer]]:
    """What can be had in these programmes now, the dearest first."""
    found: defaultdict[UUID, list[Offer]] = defaultdict(list)
    for row in await connection.execute(ON_OFFER, {"programs": list(program_ids)}):
        found[row.program_id].append(Offer(row.code, row.price_points, row.tiers))
    return found


def _values(reward: Reward) -> dict[str, Any]:
    values = {name: getattr(reward, name) for name in _FIELDS}
    return values | {"name": orjson.dumps(reward.name).decode(), "tiers": list(reward.tiers)}


def _reward(row: Row[Any]) -> Reward:
    return Reward(**(dict(row._mapping) | {"tiers": tuple(row.tiers)}))
