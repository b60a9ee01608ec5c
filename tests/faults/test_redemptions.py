"""Points are never spent twice, whoever dies: 100 rounds of 200 callers over HTTP, and 500 buyers of 20 pieces."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import aiohttp
import asyncpg
import orjson
import pytest

from hamdel.database import DatabaseSettings, create_engine
from hamdel.ids import new_id
from loyalty_service.ledger.verification import verify
from tests.faults.loyalty import LoyaltyProcess, Told, ask_until_answered, code_of, make_members, running
from tests.support.tokens import Tokens

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ROUNDS = 100
DYING_EVERY = 10
CALLERS = 200
POINTS = 10
BUYERS = 500
PIECES = 20

COMMITTED = "SELECT count(*) FROM redemptions WHERE customer_id = $1"
SPENT = """
    SELECT m.available, (SELECT count(*) FROM redemptions AS r WHERE r.customer_id = m.customer_id),
           (SELECT sum(e.points) FROM entries AS e WHERE e.customer_id = m.customer_id AND e.credit = 'redeemed'),
           (SELECT l.remaining FROM lots AS l WHERE l.customer_id = m.customer_id)
    FROM members AS m WHERE m.customer_id = ANY($1)
"""
REWARD = """
    INSERT INTO rewards (id, program_id, code, kind, price_points, currency, stock, stock_left, limit_period,
                         created_at)
    VALUES ($1, $2, 'last', 'product', 1, 'USD', $3, $3, 'all', now())
"""


@pytest.fixture
def database(database_for: Callable[[str], str]) -> str:
    return database_for("loyalty")


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    made = await asyncpg.connect(database)
    yield made
    await made.close()


@pytest.fixture
async def session(token: Tokens) -> AsyncIterator[aiohttp.ClientSession]:
    headers = token.bearer("service") | {"Content-Type": "application/json"}
    limit = aiohttp.TCPConnector(limit=CALLERS)
    async with aiohttp.ClientSession(headers=headers, connector=limit) as made:
        yield made


async def assert_every_point_is_accounted_for(database: str) -> None:
    engine = create_engine(DatabaseSettings(url=database))
    report = await verify(engine)
    await engine.dispose()
    assert report.differences == []
    assert (report.total, report.members > 0) == (0, True)


async def kill_after_a_commit(
    process: LoyaltyProcess, connection: asyncpg.Connection, customer: UUID, answered: list[Told]
) -> bool:
    """Stops the process again and again until something is committed that nobody was told of, and kills it then. False
    when all was told before; it dies in any case."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and len(answered) < CALLERS:
        process.send(signal.SIGSTOP)
        await asyncio.sleep(0.002)
        known = sum(status == 201 for status, _ in answered)
        if await connection.fetchval(COMMITTED, customer) > known:
            process.kill()
            await asyncio.to_thread(process.start)
            return True
        process.send(signal.SIGCONT)
        await asyncio.sleep(0.001)
    process.kill()
    await asyncio.to_thread(process.start)
    return False


async def test_of_200_redemptions_at_once_exactly_10_fit_whatever_dies(
    connection: asyncpg.Connection, session: aiohttp.ClientSession, database: str, token: Tokens
) -> None:
    customers = [new_id() for _ in range(ROUNDS)]
    program = await make_members(connection, customers, POINTS)
    body = orjson.dumps({"program_id": str(program), "points": 1, "capture": True})
    untold, replayed = 0, 0
    with running(database, token.keys.jwks) as (process,):
        for number, customer in enumerate(customers):
            url, answered = f"{process.url}/v1/members/{customer}/redemptions", list[Told]()

            async def call(key: str, url: str = url, answered: list[Told] = answered) -> Told:
                answered.append(await ask_until_answered(session, url, key, body))
                return answered[-1]

            keys = [str(new_id()) for _ in range(CALLERS)]
            calls = asyncio.gather(*(call(key) for key in keys))
            if number % DYING_EVERY == 0:
                untold += await kill_after_a_commit(process, connection, customer, answered)
            told = dict(zip(keys, await calls, strict=True))
            assert Counter(status for status, _ in told.values()) == {201: 10, 409: 190}, f"round {number}"
            assert {code_of(one) for one in told.values()} == {"", "insufficient-points"}
            done = {key: one for key, one in told.items() if one[0] == 201}
            again = await asyncio.gather(*(ask_until_answered(session, url, key, body) for key in done))
            assert again == list(done.values()), f"round {number}: the same key must give the same bytes"
            replayed += len(again)
    print(f"\n{ROUNDS} rounds of {CALLERS}; killed {ROUNDS // DYING_EVERY} times, {untold} of them with something "
          f"committed and not told; {replayed} replays byte-equal")  # fmt: skip
    assert untold > 0, "nothing was ever killed between a commit and its answer"
    assert {tuple(row) for row in await connection.fetch(SPENT, customers)} == {(0, 10, 10, 0)}
    await assert_every_point_is_accounted_for(database)


async def test_of_500_buyers_at_two_processes_exactly_20_get_the_last_20_pieces(
    connection: asyncpg.Connection, session: aiohttp.ClientSession, database: str, token: Tokens
) -> None:
    customers = [new_id() for _ in range(BUYERS)]
    program = await make_members(connection, customers, 5)
    await connection.execute(REWARD, new_id(), program, PIECES)
    body = orjson.dumps({"program_id": str(program), "reward_code": "last", "capture": True})
    with running(database, token.keys.jwks, 2) as processes:
        urls = [f"{processes[at % 2].url}/v1/members/{one}/redemptions" for at, one in enumerate(customers)]
        told = await asyncio.gather(*(ask_until_answered(session, url, str(new_id()), body) for url in urls))
    assert Counter(code_of(one) for one in told) == {"": PIECES, "out-of-stock": BUYERS - PIECES}
    codes = {orjson.loads(answer)["code"] for status, answer in told if status == 201}
    assert len(codes) == PIECES
    assert await connection.fetchval("SELECT stock_left FROM rewards") == 0
    assert await connection.fetchval("SELECT sum(available) FROM members") == BUYERS * 5 - PIECES
    await assert_every_point_is_accounted_for(database)
