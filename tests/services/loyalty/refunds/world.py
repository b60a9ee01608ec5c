"""A small language for what happens to a purchase, told to the real handlers on a real database.

A script is steps between semicolons: `buy 100 as x by b`, `refund 20 of x`, `refund 20 20` (both in one transaction),
`correct 80 of x`, `spend 30`, `reserve 30`, `capture`, `release`, `give 50`, `wait 14` (days), `merge` (b into a),
`join` (a becomes a member only now) and `replay` (everything is told again). Without a name it is about the purchase
`it` and the customer `a`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.base import Fact, Money
from hamdel.contracts.envelope import Event
from hamdel.contracts.interaction import PurchaseCorrected, PurchaseRecorded
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.earning import management
from loyalty_service.earning.schemas import RuleBody
from loyalty_service.ledger.service import open_book
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import create
from loyalty_service.tiers.schemas import TiersBody
from loyalty_service.tiers.schemes import put
from tests.services.loyalty.support import CONTEXT, Clock, Deliver, bought, merged, refunded

PER_DOLLAR: Final = {"code": "base", "kind": "per_amount", "points": 1, "per": {"amount": "1.00", "currency": "USD"}}
PER_25: Final = {"code": "more", "kind": "per_amount", "points": 10, "per": {"amount": "25.00", "currency": "USD"}}
SILVER: Final = {"qualify_by": "points", "tiers": [{"code": "silver", "at": "100", "multiplier": "2"}]}

PROGRAMS: Final[dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]] = {
    "plain": ({}, [PER_DOLLAR]),
    "negative": ({"on_refund": "negative"}, [PER_DOLLAR]),
    "pending": ({"pending_days": 14}, [PER_DOLLAR]),
    "expiring": ({"expiry_months": 1}, [PER_DOLLAR]),
    "three": ({}, [PER_DOLLAR | {"points": 3}]),
    "stacked": ({}, [PER_DOLLAR, PER_25]),
    "best": ({"stacking": "best_of"}, [PER_DOLLAR, PER_25]),
    "capped": ({}, [PER_DOLLAR | {"cap": {"per_purchase": 50}}]),
    "daily": ({}, [PER_DOLLAR | {"cap": {"per_day": 100}}]),
    "items": ({}, [{"code": "items", "kind": "per_item", "points": 7}]),
    "first": ({}, [{"code": "first", "kind": "first_purchase", "points": 100}]),
    "tiered": ({}, [PER_DOLLAR]),
    "yen": ({"currency": "JPY"}, [PER_DOLLAR | {"per": {"amount": "100", "currency": "JPY"}}]),
    "rial": ({"currency": "IRR"}, [PER_DOLLAR | {"per": {"amount": "10000", "currency": "IRR"}}]),
}
"""The settings and rules of each programme; each has a database of its own: a purchase is asked about in every one."""

SUMS: Final = text(
    """
    SELECT coalesce(sum(available), 0), coalesce(sum(pending), 0), coalesce(sum(reserved), 0), coalesce(sum(debt), 0),
           coalesce(sum(lifetime), 0)
    FROM members WHERE customer_id = ANY(:ids)
    """
)
TAKEN: Final = text(
    "SELECT coalesce(sum(shortfall), 0), coalesce(sum(lapsed), 0) FROM reversals WHERE customer_id = ANY(:ids)"
)

# What the entries say, and what the lots say, must be what the members' rows say.
ENTRIES: Final = text(
    """
    SELECT coalesce(sum(CASE WHEN credit = a THEN points ELSE 0 END - CASE WHEN debit = a THEN points ELSE 0 END), 0)
    FROM unnest(ARRAY['available', 'pending', 'reserved']) WITH ORDINALITY AS t(a, place)
    LEFT JOIN entries ON customer_id = ANY(:ids) GROUP BY place ORDER BY place
    """
)
LOTS: Final = text(
    """
    SELECT coalesce(sum(remaining) FILTER (WHERE matured), 0), coalesce(sum(remaining) FILTER (WHERE NOT matured), 0)
    FROM lots WHERE customer_id = ANY(:ids)
    """
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The sums of the customers in the end: `shortfall` and `lapsed` are those of all reversals."""

    available: int = 0
    pending: int = 0
    reserved: int = 0
    debt: int = 0
    shortfall: int = 0
    lapsed: int = 0


@dataclass
class World:
    """A database with one programme."""

    engine: AsyncEngine
    program: Program
    units: UnitOfWorkFactory

    @classmethod
    async def begin(cls, name: str, engine: AsyncEngine) -> World:
        """Makes the programme."""
        settings, rules = PROGRAMS[name]
        units = UnitOfWorkFactory(engine, "/hamdel/loyalty-service")
        values: dict[str, Any] = {"timezone": "UTC", "calendar": "gregorian", "currency": "USD"} | settings
        program = Program(id=new_id(), code=name, name=name, enrolment="opt_in", **values)
        async with units(CONTEXT) as unit:
            await create(unit, program)
            for rule in rules:
                await management.create(unit, program.id, RuleBody.model_validate(rule))
            if name == "tiered":
                await put(unit, program.id, None, TiersBody.model_validate(SILVER).scheme())
        return cls(engine, program, units)

    def life(self, clock: Clock) -> Life:
        """New customers of the programme."""
        return Life(self, self.program, clock)


@dataclass
class Life:
    """What happens to customers `a` and `b`."""

    world: World
    program: Program
    clock: Clock
    ids: dict[str, UUID] = field(default_factory=lambda: {"a": new_id(), "b": new_id()})
    purchases: dict[str, PurchaseRecorded] = field(default_factory=dict)
    refunded: dict[str, Decimal] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)
    held: UUID = field(default_factory=new_id)

    async def play(self, script: str) -> Outcome:
        """Runs the steps and gives how the customers stand then, with everything due settled."""
        steps = [step.split() for step in script.split(";")]
        await self.enrol(*(["a"] if ["join"] not in steps else []), *(["b"] if " b" in script else []))
        for verb, *words in steps:
            await getattr(self, f"do_{verb}")(words)
        return await self.outcome()

    async def enrol(self, *names: str) -> None:
        """These customers take part from now on."""
        ids = [self.ids[name] for name in names]
        async with self.world.units(CONTEXT) as unit:
            await unit.lock_streams(ids)
            await (await open_book(unit, self.program, ids, enrol=True)).save()

    async def do_join(self, _: list[str]) -> None:
        self.clock.advance(seconds=1)
        await self.enrol("a")

    async def do_buy(self, words: list[str]) -> None:
        options = dict(zip(words[1::2], words[2::2], strict=True))
        money = {"amount": words[0], "currency": self.program.currency}
        items = [{"quantity": int(options.get("items", 1)), "sku": "tea"}]
        customer = str(self.ids[options.get("by", "a")])
        fact = bought(customer, at=self.clock.now, total=money, items=items)
        self.purchases[options.get("as", "it")] = fact
        await self.tell(fact)

    async def do_refund(self, words: list[str]) -> None:
        name = words[words.index("of") + 1] if "of" in words else "it"
        facts = []
        for amount in words[: words.index("of")] if "of" in words else words:
            self.refunded[name] = self.refunded.get(name, Decimal(0)) + Decimal(amount)
            total = str(self.refunded[name])
            facts.append(refunded(self.purchases[name], amount, total, at=self.clock.now))
        await self.tell(*facts)

    async def do_correct(self, words: list[str]) -> None:
        before = self.purchases[name := words[2] if len(words) > 1 else "it"]
        total = Money(amount=Decimal(words[0]), currency=self.program.currency)
        back = Money(amount=self.refunded.get(name, Decimal(0)), currency=self.program.currency)
        self.purchases[name] = before.model_copy(update={"total": total})
        fact = PurchaseCorrected(
            correction_id=new_id(),
            external_id=f"correction-{new_id()}",
            occurred_at=self.clock.now,
            total=total,
            previous_total=before.total,
            refunded_total=back,
            **before.model_dump(include={"purchase_id", "customer_id", "source", "items"}),
        )
        await self.tell(fact)

    async def do_spend(self, words: list[str]) -> None:
        await self.do_reserve(words)
        await self.do_capture([])

    async def do_reserve(self, words: list[str]) -> None:
        self.held = new_id()
        async with self.world.units(CONTEXT) as unit:
            await unit.lock_streams(self.ids.values())
            book = await open_book(unit, self.program, [self.ids["a"]])
            wallet = book.wallet(self.ids["a"])
            assert wallet is not None
            wallet.reserve(
                self.ids["a"], int(words[0]), key=f"reserve:{self.held}", redemption_id=self.held, at=unit.now
            )
            await book.save()

    async def do_capture(self, _: list[str]) -> None:
        await self.end("capture")

    async def do_release(self, _: list[str]) -> None:
        await self.end("release")

    async def end(self, how: str) -> None:
        """What is held is spent or given back."""
        async with self.world.units(CONTEXT) as unit:
            await unit.lock_streams(self.ids.values())
            book = await open_book(unit, self.program, [self.ids["a"]], redemptions=[self.held])
            getattr(book.wallet(self.ids["a"]), how)(self.held, at=unit.now)
            await book.save()

    async def do_give(self, words: list[str]) -> None:
        async with self.world.units(CONTEXT) as unit:
            await unit.lock_streams([self.ids["a"]])
            book = await open_book(unit, self.program, [self.ids["a"]])
            wallet = book.wallet(self.ids["a"])
            assert wallet is not None
            wallet.adjust(self.ids["a"], int(words[0]), key=f"gift:{new_id()}", at=unit.now, reason="a gift")
            await book.save()

    async def do_wait(self, words: list[str]) -> None:
        self.clock.advance(days=int(words[0]))

    async def do_merge(self, _: list[str]) -> None:
        await self.tell(*merged(str(self.ids["a"]), str(self.ids["b"])))

    async def do_replay(self, _: list[str]) -> None:
        await Deliver(self.world.units)(*self.told)

    async def tell(self, *facts: Fact) -> None:
        """The facts come in one transaction."""
        self.told += await Deliver(self.world.units)(*facts, together=True)

    async def outcome(self) -> Outcome:
        """How the customers stand; the cached sums must be those of the entries and of the lots."""
        async with self.world.units(CONTEXT) as unit:
            await unit.lock_streams(self.ids.values())
            await (await open_book(unit, self.program, self.ids.values())).save()
        ids = {"ids": list(self.ids.values())}
        async with self.world.engine.connect() as connection:
            available, pending, reserved, debt, _ = (await connection.execute(SUMS, ids)).one()
            shortfall, lapsed = (await connection.execute(TAKEN, ids)).one()
            assert (await connection.execute(ENTRIES, ids)).scalars().all() == [available, pending, reserved]
            assert (await connection.execute(LOTS, ids)).one() == (available + debt, pending)
        return Outcome(*map(int, (available, pending, reserved, debt, shortfall, lapsed)))

    async def lifetime(self) -> int:
        """What the customers ever earned and kept."""
        async with self.world.engine.connect() as connection:
            row = (await connection.execute(SUMS, {"ids": list(self.ids.values())})).one()
            return int(row[4])

    async def qualifying(self) -> list[tuple[str, int, str, int]]:
        """What counts towards tiers: day, points, spend, visits."""
        query = text("SELECT day::text, points, spend, visits FROM qualifying_days WHERE customer_id = ANY(:ids)")
        async with self.world.engine.connect() as connection:
            rows = await connection.execute(query, {"ids": list(self.ids.values())})
            return [(row.day, row.points, f"{row.spend:.2f}", row.visits) for row in rows]
