"""The service on its database, driven step by step from a test that is not asynchronous itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from hamdel.contracts.envelope import Event
from hamdel.contracts.interaction import PurchaseRecorded
from hamdel.contracts.profile import CustomerCreated
from hamdel.customers import CustomerDirectory
from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine, families_of
from hamdel.http import Principal, ProblemError
from hamdel.http.sharing import Asked
from hamdel.ids import new_id
from loyalty_service.adjustments import service as adjustments
from loyalty_service.adjustments.domain import AdjustmentDraft
from loyalty_service.adjustments.service import Office
from loyalty_service.earning import management
from loyalty_service.earning.schemas import RuleBody
from loyalty_service.earning.trial_schemas import QuoteBody
from loyalty_service.earning.trials import quoted
from loyalty_service.enrolment import service as enrolment
from loyalty_service.ledger.repository.checks import Difference
from loyalty_service.ledger.sweeping import Sweeper
from loyalty_service.ledger.verification import verify
from loyalty_service.members.domain import Holding, Standing, together
from loyalty_service.members.repository import holdings
from loyalty_service.programs import service as programs
from loyalty_service.programs.domain import Program
from loyalty_service.redemptions import service as redemptions
from loyalty_service.redemptions.desk import Made
from loyalty_service.redemptions.domain import Wish
from tests.services.loyalty.plain import Terms
from tests.services.loyalty.support import CONTEXT, Clock, Deliver, bought, merged, refunded, unmerged

LIMITS: Final = {"admin": 1_000}
MINUTES: Final = 48 * 60
"""For how long a reservation holds."""

EMPTY: Final = """
    DO $$ DECLARE used text; BEGIN
        SET LOCAL session_replication_role = replica;
        SELECT string_agg(oid::regclass::text, ', ') INTO used FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
          AND relname NOT IN ('alembic_version', 'program_revision');
        IF used IS NOT NULL THEN EXECUTE 'TRUNCATE ' || used; END IF;
    END $$
"""

# The members' accounts as they are cached, the programme's from the entries: together they are nothing.
ACCOUNTS: Final = text(
    """
    SELECT (SELECT coalesce(sum(available + pending + reserved), 0) FROM members)
         + (SELECT coalesce(sum(points) FILTER (WHERE credit IN ('issued', 'redeemed', 'expired', 'adjusted')), 0)
                 - coalesce(sum(points) FILTER (WHERE debit IN ('issued', 'redeemed', 'expired', 'adjusted')), 0)
            FROM entries)
    """
)


async def _nobody(_: Sequence[UUID]) -> set[UUID]:
    return set()


def _office(person: str) -> Office:
    return Office(Principal(person, frozenset({"admin"})), LIMITS)


def _standing(held: Mapping[UUID, Sequence[Holding]], customer_ids: Iterable[UUID]) -> Standing | None:
    return next(iter(together(holding for one in customer_ids for holding in held.get(one, ()))), None)


class Real:
    """A service of its own event loop; everything is about one programme and the customers that `begin` makes."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.clock = clock
        self.ids: dict[str, UUID] = {}
        self.told: list[Event] = []
        self._runner = asyncio.Runner()
        self._engine = create_engine(DatabaseSettings(url=url, pool_size=2, pool_timeout=10))
        self._units = UnitOfWorkFactory(self._engine, "/hamdel/loyalty-service")
        self._deliver = Deliver(self._units)
        self._directory = CustomerDirectory(_nobody)
        self._program = new_id()

    def close(self) -> None:
        """Gives the connections back."""
        self._runner.run(self._engine.dispose())
        self._runner.close()

    def begin(self, terms: Terms, names: str) -> None:
        """An empty database, a programme with these terms, and customers with these names whom profile-service has
        told of."""
        self._runner.run(self._begin(terms, names))

    def enrol(self, name: str) -> None:
        """The customer joins."""
        self._do(enrolment.join, self._directory, self.ids[name], self._program)

    def buy(self, name: str, dollars: int, **changes: Any) -> PurchaseRecorded:
        """A purchase is told."""
        purchase = bought(str(self.ids[name]), f"{dollars}.00", **changes)
        self._tell(purchase)
        return purchase

    def refund(self, purchase: PurchaseRecorded, dollars: int, total: int) -> None:
        """A refund is told; with it `total` dollars were given back."""
        self._tell(refunded(purchase, f"{dollars}.00", f"{total}.00", at=self.clock.now))

    def again(self, at: int) -> None:
        """Something that was told before is told again, at another moment and in another transaction."""
        if self.told:
            self._runner.run(self._deliver(self.told[at % len(self.told)]))

    def quote(self, name: str, dollars: int) -> int:
        """What a purchase would earn."""
        return self._runner.run(self._quoted(self.ids[name], dollars))

    def differences(self) -> list[Difference]:
        """What verifying the whole ledger finds."""
        return self._runner.run(verify(self._engine)).differences

    def redeem(self, name: str, points: int, *, capture: bool) -> UUID | str:
        """A redemption's id, or the code of the problem."""
        wish = Wish(self.ids[name], self._program, None, points, capture, None)
        (answer,) = self._do(redemptions.redeem, self._directory, [Asked(wish, CONTEXT)], MINUTES)
        if isinstance(answer, ProblemError):
            return answer.code
        assert isinstance(answer, Made)
        return answer.redemption.id

    def capture(self, name: str, redemption_id: UUID) -> str | None:
        """The code of the problem, if there is one."""
        return self._tried(redemptions.capture, self.ids[name], redemption_id)

    def release(self, name: str, redemption_id: UUID) -> str | None:
        """The code of the problem, if there is one."""
        return self._tried(redemptions.release, self.ids[name], redemption_id, may_undo=True)

    def adjust(self, name: str, points: int, *, allow_negative: bool) -> str | None:
        """One person asks for an adjustment and, where it has to wait, another one agrees: the code of the problem."""
        draft = AdjustmentDraft(
            program_id=self._program, points=points, reason="by hand", allow_negative=allow_negative
        )
        return self._tried(self._adjusted, self.ids[name], draft)

    def sweep(self) -> None:
        """What the workers do in the background: reservations that are over, points that open, points that lapse."""
        while self._do(redemptions.release_due, 100):
            pass
        sweeper = Sweeper(self._units)
        while self._runner.run(sweeper.step()):
            pass

    def merge(self, survivor: str, absorbed: str) -> None:
        """Two customers are one."""
        self._runner.run(self._deliver(*merged(str(self.ids[survivor]), str(self.ids[absorbed]))))

    def unmerge(self, survivor: str, absorbed: str) -> None:
        """They are two again."""
        self._runner.run(self._deliver(*unmerged(str(self.ids[survivor]), str(self.ids[absorbed]))))

    def standings(self) -> dict[str, tuple[Standing | None, Standing | None]]:
        """How everybody stands now: with those who are one with them, and what is their own of it."""
        return self._runner.run(self._standings())

    def accounts(self) -> int:
        """The sum over all accounts."""
        return self._runner.run(self._accounts())

    async def _begin(self, terms: Terms, names: str) -> None:
        async with self._engine.begin() as connection:
            await connection.exec_driver_sql(EMPTY)
        self.told.clear()
        self._program = new_id()
        program = Program(
            id=self._program,
            code=f"club-{self._program}",
            name="The club",
            timezone="UTC",
            calendar="gregorian",
            currency="USD",
            enrolment="automatic" if terms.automatic else "opt_in",
            pending_days=terms.pending_days,
            expiry_months=terms.months,
            on_refund="negative" if terms.negative else "shortfall",
        )
        per = {"amount": str(terms.dollars), "currency": "USD"}
        rule = RuleBody.model_validate({"code": "base", "kind": "per_amount", "points": 1, "per": per})
        async with self._units(CONTEXT) as unit:
            await programs.create(unit, program)
            await management.create(unit, self._program, rule)
        self.ids = {name: new_id() for name in names}
        await self._deliver(*(CustomerCreated(customer_id=one, kind="person", version=1) for one in self.ids.values()))

    async def _quoted(self, customer_id: UUID, dollars: int) -> int:
        now = self.clock.now
        total = {"amount": f"{dollars}.00", "currency": "USD"}
        body = QuoteBody.model_validate({"program_id": self._program, "purchase": {"total": total}})
        async with self._units.reading() as connection:
            program = await programs.program_of(connection, self._program)
            return (await quoted(connection, program, body.asked(new_id(), customer_id, now), now)).points

    async def _adjusted(self, unit: Any, customer_id: UUID, draft: AdjustmentDraft) -> None:
        made = await adjustments.adjust(unit, self._directory, _office("sara"), customer_id, draft)
        if made.status == "waiting":
            await adjustments.approve(unit, _office("omid"), made.id)

    async def _standings(self) -> dict[str, tuple[Standing | None, Standing | None]]:
        async with self._units.reading() as connection:
            families = await families_of(connection, list(self.ids.values()))
            held = await holdings(connection, {one: (one,) for one in families}, self.clock.now)
        return {name: (_standing(held, families[one]), _standing(held, (one,))) for name, one in self.ids.items()}

    async def _accounts(self) -> int:
        async with self._units.reading() as connection:
            return int((await connection.execute(ACCOUNTS)).scalar_one())

    def _tell(self, fact: Any) -> None:
        self.told += self._runner.run(self._deliver(fact))

    def _tried(self, use_case: Any, *arguments: Any, **named: Any) -> str | None:
        try:
            self._do(use_case, *arguments, **named)
        except ProblemError as problem:
            return problem.code
        return None

    def _do(self, use_case: Any, *arguments: Any, **named: Any) -> Any:
        async def in_unit() -> Any:
            async with self._units(CONTEXT) as unit:
                return await use_case(unit, *arguments, **named)

        return self._runner.run(in_unit())
