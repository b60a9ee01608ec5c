"""Many keys in one transaction: each is claimed by itself, and answers are found under their own key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import DatabaseSettings, create_engine
from hamdel.database.idempotency import StoredAnswer, claim, claim_many, store, store_many

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY_AGO = NOW - timedelta(hours=24)
A, B, C = (bytes([number]) * 32 for number in (1, 2, 255))


@pytest.fixture
async def engine(eventing_database: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(DatabaseSettings(url=eventing_database))
    yield made
    await made.dispose()


def answer(word: str) -> StoredAnswer:
    return StoredAnswer(word.encode() * 4, 201, {"ETag": word}, b'{"a":"%s"}' % word.encode())


async def test_what_was_stored_together_is_found_under_each_key(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await store_many(connection, {A: answer("a"), B: answer("b")}, NOW)
    async with engine.begin() as connection:
        found = await claim_many(connection, [A, C, B], DAY_AGO)
        single = await claim(connection, B, DAY_AGO)
    assert {scope: state.answer for scope, state in found.items()} == {A: answer("a"), B: answer("b"), C: None}
    assert not any(state.running for state in found.values())
    assert single.answer == answer("b")


async def test_a_key_that_somebody_holds_is_running_and_the_others_are_not(engine: AsyncEngine) -> None:
    async with engine.connect() as one, engine.connect() as other:
        await claim(one, B, DAY_AGO)
        found = await claim_many(other, [A, B, C], DAY_AGO)
    assert [found[scope].running for scope in (A, B, C)] == [False, True, False]


async def test_keys_claimed_together_are_held_until_the_transaction_ends(engine: AsyncEngine) -> None:
    async with engine.connect() as one, engine.connect() as other:
        await claim_many(one, [A, B], DAY_AGO)
        assert (await claim(other, A, DAY_AGO)).running
        await one.rollback()
        assert not (await claim(other, A, DAY_AGO)).running


async def test_an_answer_older_than_the_retention_does_not_count_and_is_replaced(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await store(connection, A, answer("a"), DAY_AGO - timedelta(seconds=1))
        assert (await claim_many(connection, [A], DAY_AGO))[A].answer is None
        await store_many(connection, {A: answer("b")}, NOW)
        assert (await claim_many(connection, [A], DAY_AGO))[A].answer == answer("b")


async def test_nothing_to_store_is_nothing_to_do(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await store_many(connection, {}, NOW)
        assert await claim_many(connection, [A], DAY_AGO) != {}
