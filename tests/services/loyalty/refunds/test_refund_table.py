"""What is left of the points after refunds and corrections: every case worked out by hand.

Rule: kept = floor(earned × (total − refunded) / total), per rule, from all refunds together; what lapsed of the
purchase's own points counts as given back first; the rest is taken from its own lot, then from the customer's other
lots, then from the family's; what nobody has is a shortfall, or a debt where the programme says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from hamdel.database import DatabaseSettings, create_engine
from tests.services.loyalty.refunds.world import Outcome, World
from tests.services.loyalty.support import Clock
from tests.support.databases import Databases

pytestmark = pytest.mark.asyncio(loop_scope="module")


Worlds = Callable[[str], Awaitable[World]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worlds(databases: Databases) -> AsyncIterator[Worlds]:
    """A database for each programme, made when the first case asks for it; each case has customers of its own."""
    made: dict[str, World] = {}
    urls = []

    async def world(name: str) -> World:
        if name not in made:
            urls.append(databases.fresh("loyalty"))
            made[name] = await World.begin(name, create_engine(DatabaseSettings(url=urls[-1])))
        return made[name]

    yield world
    for one in made.values():
        await one.engine.dispose()
    for url in urls:
        databases.give_back(url)


CASES: list[tuple[str, str, Outcome, str]] = []


def case(program: str, script: str, why: str, **left: Any) -> None:
    """One line of the table; what is not named is zero."""
    CASES.append((program, script, Outcome(**left), why))


# one purchase, refunds in parts
case("plain", "buy 100", "nothing was refunded", available=100)
case("plain", "buy 100; refund 100", "a whole refund leaves nothing")
case("plain", "buy 100; refund 20", "100 × 80/100", available=80)
case("plain", "buy 100; refund 20; refund 20", "100 × 60/100", available=60)
case("plain", "buy 100; refund 40", "two refunds of 20 % are this one", available=60)
case("plain", "buy 100; refund 20 20", "both in one transaction are this one too", available=60)
case("plain", "buy 10; refund 3.33", "10 × 6.67/10 = 6.67", available=6)
case("plain", "buy 10; refund 3.33; refund 3.33", "10 × 3.34/10 = 3.34: 3 more, not 4", available=3)
case("plain", "buy 10; refund 3.33; refund 3.33; refund 3.34", "three thirds are the whole")
case("plain", "buy 99.99; refund 33.33", "99 × 66.66/99.99 = 66 exactly, not 65", available=66)
case("plain", "buy 99.99; refund 0.01", "99 × 99.98/99.99 = 98.99: a cent costs a point", available=98)
case("plain", "buy 99.99; refund 99.98", "99 × 0.01/99.99 = 0.01: a cent keeps none")
case("three", "buy 33.40; refund 10", "33 full dollars give 99; 99 × 23.40/33.40 = 69.36", available=69)
case("plain", "buy 0.50; refund 0.50", "less than a dollar earned nothing, nothing goes back")
case("plain", "buy 0; correct 7", "a purchase of nothing that was one of 7 earns 7", available=7)

# after spending
case("plain", "buy 100; spend 80; refund 50", "20 are left of the 50 owed, 30 nobody has", shortfall=30)
case("plain", "buy 100; spend 100; refund 100", "all was spent, all is a shortfall", shortfall=100)
case("plain", "buy 100; spend 80; refund 50; buy 40 as x", "a shortfall is forgiven", available=40, shortfall=30)
case("plain", "buy 100; spend 90; refund 20; refund 20", "10 are taken, then 10 and 20 are missing", shortfall=30)
case("plain", "buy 100; spend 90; refund 40", "as two of 20 %: 10 taken, 30 missing", shortfall=30)
case("negative", "buy 100; spend 80; refund 50", "20 − 50", available=-30, debt=30)
case("negative", "buy 100; spend 80; refund 50; buy 20 as x", "20 of the 30 owed are paid", available=-10, debt=10)
case("negative", "buy 100; spend 80; refund 50; buy 40 as x", "the debt of 30 is paid first", available=10)
case("negative", "buy 100; spend 100; refund 20; refund 20", "two debts of 20", available=-40, debt=40)

# other purchases' points
case("plain", "buy 100; buy 60 as x; refund 100", "its own lot gives, the other's stays", available=60)
case("plain", "buy 100; spend 80; buy 60 as x; refund 50", "20 of its own, 30 of the other's", available=30)
case("plain", "buy 100; spend 100; give 50; refund 30", "a gift can be taken too", available=20)
case("plain", "buy 100; buy 100 as x; refund 10; refund 20 of x", "90 and 80: each by itself", available=170)

# waiting for the return window
case("pending", "buy 100; refund 40", "60 go on waiting", pending=60)
case("pending", "buy 100; refund 100", "nothing waits any more")
case("pending", "buy 100; refund 40; wait 14", "and 60 become available", available=60)
case("pending", "buy 100; wait 14; refund 40", "after maturing it is the same", available=60)
case("pending", "buy 100; wait 14; spend 90; buy 70 as x; refund 40", "pending points of x stay; 10 of 40 are there",
     pending=70, shortfall=30)  # fmt: skip

# lapsed points
case("expiring", "buy 100; wait 40; refund 50", "100 lapsed: 50 of them count as given back", lapsed=50)
case("expiring", "buy 100; wait 40; buy 70 as x; refund 100", "the new points are not asked for", available=70,
     lapsed=100)  # fmt: skip
case("expiring", "buy 100; spend 60; wait 40; refund 50", "40 lapsed; 10 of the spent ones are missing", lapsed=40,
     shortfall=10)  # fmt: skip
case("expiring", "buy 100; refund 30; wait 40; buy 50 as x; refund 70", "30 taken, 70 lapsed", available=50, lapsed=70)
case("expiring", "buy 100; wait 40; buy 50 as x; refund 20; refund 20; refund 60", "each lapsed point counts once",
     available=50, lapsed=100)  # fmt: skip
case("expiring", "buy 100; spend 60; wait 40; buy 50 as x; refund 20; refund 40",
     "lapsed 40: 20 and 20; then 20 are taken from x", available=30, lapsed=40)  # fmt: skip

# reserved points
case("plain", "buy 100; reserve 70; refund 50", "30 of 50 are free", reserved=70, shortfall=20)
case("plain", "buy 100; reserve 70; refund 50; capture", "the reserved ones are spent", shortfall=20)
case("plain", "buy 100; reserve 70; refund 50; release", "and given back they stay", available=70, shortfall=20)
case("negative", "buy 100; reserve 70; refund 50", "30 are taken, 20 are owed", available=-20, reserved=70, debt=20)
case("negative", "buy 100; reserve 70; refund 50; release", "70 given back pay the 20", available=50)
case("negative", "buy 100; reserve 70; refund 50; capture", "the 20 stay owed", available=-20, debt=20)

# rules
case("tiered", "buy 100; buy 50 as x; refund 25 of x", "silver doubled x to 100, half of that goes", available=150)
case("tiered", "buy 100; buy 50 as x; refund 100; refund 25 of x", "in whatever tier now: half of 100", available=50)
case("stacked", "buy 30; refund 10", "30 → 20 and 10 → 6 (6.67): each rule by itself", available=26)
case("stacked", "buy 30; refund 10; refund 20", "and nothing is left over by rounding")
case("best", "buy 30; refund 10", "the best rule gave 30: 20 stay", available=20)
case("capped", "buy 80; refund 40", "the cap gave 50: 25 stay", available=25)
case("capped", "buy 80; refund 20", "50 × 60/80 = 37.5", available=37)
case("daily", "buy 80; buy 80 as x; refund 80; buy 80 as y", "80 + 20, − 80; then 80 fit under the 100", available=100)
case("items", "buy 30 items 3; refund 10", "3 × 7 = 21; 21 × 20/30 = 14", available=14)
case("first", "buy 50; refund 25", "half of the 100 for the first purchase", available=50)

# currencies without cents
case("yen", "buy 1234; refund 617", "12 × 617/1234 = 6", available=6)
case("yen", "buy 12345; refund 1", "123 × 12344/12345 = 122.99", available=122)
case("rial", "buy 1234567; refund 200000", "123 × 1034567/1234567 = 103.07", available=103)
case("rial", "buy 987654321000; refund 987654321000", "98765432 points, and none of them left")

# several people
case("plain", "buy 100; spend 80; buy 60 by b as x; merge; refund 50", "20 of its own, 30 of b's", available=30)
case("plain", "buy 100 by b; merge; refund 40", "the purchase stays b's: 60 of its lot", available=60)
case("negative", "buy 100; spend 100; buy 30 by b as x; refund 50; merge", "a owes 50, b has 30", available=-20,
     debt=50)  # fmt: skip
case("plain", "buy 100; join; buy 30 as x; refund 100", "it earned nothing before a was a member", available=30)

# corrections
case("plain", "buy 100; correct 150", "50 more", available=150)
case("plain", "buy 100; correct 60", "40 less", available=60)
case("plain", "buy 100; spend 80; correct 60", "20 of the 40 are there", shortfall=20)
case("plain", "buy 0.50; correct 5", "it earned nothing, now 5", available=5)
case("plain", "buy 100; refund 50; correct 80", "80 × 30/80 = 30 instead of 50", available=30)
case("plain", "buy 100; refund 50; correct 200", "200 × 150/200 = 150 instead of 50", available=150)
case("plain", "buy 100; correct 50; refund 25", "50 × 25/50", available=25)
case("plain", "buy 100; correct 40; correct 100", "there and back again", available=100)
case("pending", "buy 100; wait 14; correct 150", "the 50 are as old as the purchase: no more waiting", available=150)
case("pending", "buy 100; correct 150", "and wait with it", pending=150)
case("capped", "buy 40; correct 80", "40 under the cap, then the cap of 50", available=50)
case("stacked", "buy 20; correct 30; refund 10", "20 + 0, then 30 + 10, then 20 + 6", available=26)
case("best", "buy 20; correct 60", "the best of 20 and 0, then of 60 and 20", available=60)
case("tiered", "buy 100; buy 50 as x; correct 40 of x", "in the tier of then: 40 × 2", available=180)
case("plain", "buy 100; join; correct 200", "it earned nothing, corrected or not")
case("expiring", "buy 100; wait 40; correct 60", "40 of the lapsed ones count", lapsed=40)

# told again
case("plain", "buy 100; refund 20; replay; replay", "the same facts say nothing new", available=80)
case("plain", "buy 100; refund 20; correct 150; refund 30; replay", "150 × 100/150, however often", available=100)
case("negative", "buy 100; spend 80; refund 50; replay; buy 40 as x; replay", "one debt, paid once", available=10)
case("plain", "buy 100 by b; merge; refund 40; replay", "merged or not", available=60)


@pytest.mark.parametrize(("program", "script", "left", "why"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
async def test_what_is_left(worlds: Worlds, clock: Clock, program: str, script: str, left: Outcome, why: str) -> None:
    assert await (await worlds(program)).life(clock).play(script) == left, why


async def test_what_was_ever_earned_shrinks_with_a_refund_and_not_with_spending(worlds: Worlds, clock: Clock) -> None:
    life = (await worlds("plain")).life(clock)
    await life.play("buy 100; spend 30; refund 20")
    assert await life.lifetime() == 80


@pytest.mark.parametrize(
    ("script", "counts"),
    [
        ("buy 100; wait 5; refund 40", (60, "60.00", 1)),
        ("buy 100; wait 5; refund 40; refund 60", (0, "0.00", 0)),
        ("buy 100; spend 100; wait 5; refund 40", (60, "60.00", 1)),
        ("buy 100; wait 5; correct 150", (150, "150.00", 1)),
        ("buy 100; wait 5; refund 100; correct 150", (50, "50.00", 1)),
        ("buy 100; refund 40; replay", (60, "60.00", 1)),
    ],
)
async def test_the_day_of_the_purchase_counts_less_whoever_has_spent_what(
    worlds: Worlds, clock: Clock, script: str, counts: tuple[int, str, int]
) -> None:
    life = (await worlds("tiered")).life(clock)
    await life.play(script)
    assert await life.qualifying() == [("2026-03-01", *counts)]
