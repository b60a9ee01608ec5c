"""The worker that tells of deadlines."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from hamdel.ids import new_id
from interaction_service.sla.background import watch_clocks
from interaction_service.sla.policies import replace_targets
from tests.services.interaction.calendars.hours import at
from tests.services.interaction.sla.cases import House

MONDAY = "2026-01-05 09:00+01:00"


async def test_a_warning_and_a_breach_are_told_once_each(house: House) -> None:
    """Sixty minutes from 09:00: the warning after 09:48, the breach after 10:00."""
    case = await house.case(MONDAY, policy="standard")
    for when in ("09:47", "09:49", "09:50", "10:00", "10:01", "10:02"):
        await house.worker(f"2026-01-05 {when}+01:00")
    due = at("2026-01-05 10:00+01:00")
    assert await house.facts() == [("sla_warned", "first_response", due), ("sla_breached", "first_response", due)]
    assert (await house.due(case)).states["first_response"] == "breached"


async def test_an_answer_in_time_leaves_nothing_to_tell(house: House) -> None:
    case = await house.case(MONDAY, policy="standard")
    await house.then(case, "agent_replied", "2026-01-05 09:20+01:00")
    await house.then(case, "resolved", "2026-01-05 09:30+01:00")
    assert await house.worker("2026-03-01 09:00+01:00") == 0
    assert await house.facts() == []


async def test_an_answer_too_late_is_told_although_nobody_looked_in_between(house: House) -> None:
    case = await house.case(MONDAY, policy="standard")
    await house.then(case, "agent_replied", "2026-01-05 10:30+01:00")
    await house.then(case, "customer_replied", "2026-01-05 10:31+01:00")
    await house.worker("2026-01-05 10:32+01:00")
    assert await house.facts() == [("sla_breached", "first_response", at("2026-01-05 10:00+01:00"))]


async def test_a_late_answer_is_told_although_the_customer_has_asked_again_meanwhile(house: House) -> None:
    """The first question was due at 11:10, the second is at 13:30."""
    case = await house.case(MONDAY, policy="standard")
    await house.then(case, "agent_replied", "2026-01-05 09:05+01:00")
    await house.then(case, "customer_replied", "2026-01-05 09:10+01:00")
    await house.then(case, "agent_replied", "2026-01-05 11:20+01:00")
    due = await house.then(case, "customer_replied", "2026-01-05 11:30+01:00")
    assert due.next_response_at == at("2026-01-05 13:30+01:00")
    await house.worker("2026-01-05 11:31+01:00")
    assert await house.facts() == [("sla_breached", "next_response", at("2026-01-05 11:10+01:00"))]


async def test_a_priority_raised_after_the_warning_is_not_warned_of_again(house: House) -> None:
    """480 minutes: warned after 15:24. Raised to 420: breached after 16:00."""
    await house.promises(priority="urgent", resolution_minutes=420)
    case = await house.case(MONDAY, policy="standard")
    await house.then(case, "agent_replied", "2026-01-05 09:05+01:00")
    await house.worker("2026-01-05 15:25+01:00")
    await house.then(case, "changed", "2026-01-05 15:30+01:00", priority="urgent")
    for when in ("15:31", "16:01", "17:00"):
        await house.worker(f"2026-01-05 {when}+01:00")
    assert await house.facts() == [
        ("sla_warned", "resolution", at("2026-01-05 17:00+01:00")),
        ("sla_breached", "resolution", at("2026-01-05 16:00+01:00")),
    ]


async def test_two_workers_at_once_tell_everything_once(house: House) -> None:
    """Both have read what is due before either has locked it; customers are shared between cases."""
    customers = [new_id() for _ in range(8)]
    cases = [await house.case(MONDAY, customers[place % 8], policy="standard") for place in range(24)]
    for _ in range(4):
        await asyncio.gather(*(house.worker("2026-01-06 10:00+01:00") for _ in range(4)))
    facts = await house.facts()
    assert len(facts) == 2 * len(cases)
    assert {fact for fact, *_ in facts} == {"sla_breached"}


async def test_late_answers_workers_and_an_edit_at_once_neither_block_each_other_nor_tell_twice(house: House) -> None:
    """All at 10:00:01, a second after the deadline."""
    row, now = await house.promises(priority="high"), "2026-01-05 10:00:01+01:00"
    cases = [await house.case(MONDAY, policy="standard", priority="high") for _ in range(12)]

    async def edit() -> None:
        async with house.unit(now) as unit:
            await replace_targets(unit, row.id, {"resolution_minutes": 960}, 1)

    answers = [house.then(case, "agent_replied", now) for case in cases]
    await asyncio.gather(*answers[:6], house.worker(now), edit(), house.worker(now), *answers[6:])
    await house.worker("2026-01-05 10:00:02+01:00")
    assert await house.facts() == [("sla_breached", "first_response", at("2026-01-05 10:00+01:00"))] * 12
    assert {(await house.due(case)).resolution_at for case in cases} == {at("2026-01-06 17:00+01:00")}


async def test_a_worker_that_fails_before_its_commit_leaves_the_telling_to_the_next(house: House) -> None:
    await house.case(MONDAY, policy="standard")

    class PulledPlugError(Exception):
        pass

    async def fail() -> None:
        raise PulledPlugError

    try:
        await house.worker("2026-01-05 10:01+01:00", meanwhile=fail)
    except PulledPlugError:
        assert await house.facts() == []
    await house.worker("2026-01-05 10:01+01:00")
    assert [fact for fact, *_ in await house.facts()] == ["sla_breached"]


async def test_what_is_due_is_found_by_an_index(house: House) -> None:
    async with house.engine.begin() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        for query in ("SELECT min(next_at) FROM sla_clocks WHERE next_at IS NOT NULL",
                      "SELECT case_id FROM sla_clocks WHERE next_at < now() ORDER BY next_at LIMIT 50"):  # fmt: skip
            plan = "\n".join((await connection.execute(text(f"EXPLAIN {query}"))).scalars())
            assert "sla_clocks_next" in plan


async def test_running_replicas_tell_soon_and_once(house: House) -> None:
    """Two replicas, on the clock of the machine, and a case of a month ago."""
    long_ago = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    await house.case(long_ago, policy="standard")
    services: Any = type("Running", (), {"units": house.units})()
    replicas = [asyncio.create_task(watch_clocks(services)) for _ in range(2)]
    try:
        for _ in range(200):
            if len(await house.facts()) == 2:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
    finally:
        for replica in replicas:
            replica.cancel()
        await asyncio.gather(*replicas, return_exceptions=True)
    assert sorted(target for _, target, _ in await house.facts()) == ["first_response", "resolution"]
