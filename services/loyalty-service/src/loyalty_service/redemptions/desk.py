"""Deciding redemptions, many at once and in the order they came: every decision sees what the ones before it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hamdel.contracts.loyalty import RewardRedeemed
from hamdel.database import UnitOfWork
from hamdel.http import Conflict, NotFound, ProblemError
from hamdel.ids import new_id
from loyalty_service.ledger.service import Book, Wallet
from loyalty_service.programs.domain import Program
from loyalty_service.redemptions.domain import Redemption, Wish, same
from loyalty_service.rewards.domain import Reward, is_on_offer
from loyalty_service.vouchers.domain import Voucher, hash_of
from loyalty_service.vouchers.service import expiry, fresh_code

__all__ = ["Desk", "Issued", "Made", "issue", "tell_redeemed"]


@dataclass(frozen=True, slots=True)
class Made:
    """A redemption as it is now, the family's spendable points after it, and the code where one was given out. `new`
    tells it from one that the same order made before."""

    redemption: Redemption
    available: int
    code: str | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """A voucher, and its code, which is shown once and not kept."""

    voucher: Voucher
    code: str

    @property
    def code_hash(self) -> bytes:
        """What it is found by."""
        return hash_of(self.code)

    def shown_with(self, redemption: Redemption) -> Redemption:
        """Its redemption, which tells of it from now on."""
        return replace(redemption, code_last4=self.voucher.last4, code_expires_at=self.voucher.expires_at)


@dataclass
class Desk:
    """What is known and held while wishes are decided. `stock` is what is left of each limited reward; `times` how
    often each family (by its first member) redeemed each reward that has a limit; `tiers` the tier of each customer who
    asks for a reward that needs one, by programme and customer; `orders` what orders redeemed before."""

    unit: UnitOfWork
    minutes: int
    books: Mapping[UUID, Book]
    rewards: Mapping[tuple[UUID, str], Reward] = field(default_factory=dict)
    tiers: dict[tuple[UUID, UUID], str | None] = field(default_factory=dict)
    stock: Mapping[UUID, int | None] = field(default_factory=dict)
    times: Counter[tuple[UUID, UUID]] = field(default_factory=Counter)
    orders: dict[tuple[UUID, str], Redemption] = field(default_factory=dict)
    made: list[Redemption] = field(default_factory=list)
    issued: list[Issued] = field(default_factory=list)
    taken: Counter[UUID] = field(default_factory=Counter)

    def serve(self, wish: Wish) -> Made | ProblemError:
        """Reserves or spends what the wish asks for, or says why not and changes nothing."""
        try:
            wallet = self._wallet(wish)
            return self._repeated(wish, wallet) or self._redeemed(wish, wallet)
        except ProblemError as problem:
            return problem

    def _wallet(self, wish: Wish) -> Wallet:
        book = self.books.get(wish.program_id)
        if book is None:
            raise NotFound("unknown-program", "there is no such programme")
        wallet = book.wallet(wish.customer_id)
        if wallet is None:
            raise Conflict("not-a-member", "the customer takes no part in this programme")
        return wallet

    def _repeated(self, wish: Wish, wallet: Wallet) -> Made | None:
        known = self.orders.get((wish.program_id, wish.order_id)) if wish.order_id else None
        if known is not None and not same(known, wish, wallet.members):
            raise Conflict("order-redeemed", "this order has redeemed something else")
        return Made(known, wallet.available) if known else None

    def _redeemed(self, wish: Wish, wallet: Wallet) -> Made:
        reward = self._reward(wish, wallet) if wish.reward_code is not None else None
        redemption, now = self._draft(wish, wallet, reward), self.unit.now
        key = f"redemption:{redemption.id}"
        wallet.reserve(redemption.customer_id, redemption.points, key=key, redemption_id=redemption.id, at=now)
        # nothing refuses from here on
        if reward is not None:
            self.times[reward.id, _first(wallet)] += 1
            self.taken[reward.id] += redemption.took_stock
        code = None
        if wish.capture:
            wallet.capture(redemption.id, at=now, reward_code=redemption.reward_code)
            if reward is not None:
                redemption, code = self._give_out(redemption, reward)
        self.made.append(redemption)
        if wish.order_id:
            self.orders[wish.program_id, wish.order_id] = redemption
        return Made(redemption, wallet.available, code, new=True)

    def _reward(self, wish: Wish, wallet: Wallet) -> Reward:
        reward = self.rewards.get((wish.program_id, wish.reward_code or ""))
        if reward is None:
            raise NotFound("unknown-reward", "the programme has no reward with this code")
        if not is_on_offer(reward, self.unit.now):
            raise Conflict("reward-not-available", "the reward is not on offer now")
        if reward.tiers and self.tiers.get((wish.program_id, wish.customer_id)) not in reward.tiers:
            raise Conflict("reward-not-available", "the reward is for other tiers")
        if reward.limit_per_member is not None and self.times[reward.id, _first(wallet)] >= reward.limit_per_member:
            raise Conflict("limit-reached", f"at most {reward.limit_per_member} for each member")
        left = self.stock.get(reward.id)
        if left is not None and self.taken[reward.id] >= left:
            raise Conflict("out-of-stock", "nothing is left of this reward")
        return reward

    def _draft(self, wish: Wish, wallet: Wallet, reward: Reward | None) -> Redemption:
        now = self.unit.now
        bought: dict[str, Any] = {"points": wish.points}
        if reward is not None:
            bought = {"points": reward.price_points, "reward_id": reward.id, "reward_code": reward.code}
            bought |= {"reward_kind": reward.kind, "took_stock": self.stock.get(reward.id) is not None}
            bought |= {"money_amount": reward.money_amount, "currency": reward.currency}
        return Redemption(
            id=new_id(),
            program_id=wish.program_id,
            customer_id=wish.customer_id if wish.customer_id in wallet.members else _first(wallet),
            status="captured" if wish.capture else "reserved",
            created_at=now,
            created_by=self.unit.context.actor,
            order_id=wish.order_id,
            reserved_until=None if wish.capture else now + timedelta(minutes=self.minutes),
            captured_at=now if wish.capture else None,
            **bought,
        )

    def _give_out(self, redemption: Redemption, reward: Reward) -> tuple[Redemption, str]:
        program = self.books[redemption.program_id].program
        issued = issue(program, redemption, reward, self.unit.now)
        self.issued.append(issued)
        tell_redeemed(self.unit, program, redemption)
        return issued.shown_with(redemption), issued.code


def issue(program: Program, redemption: Redemption, reward: Reward, at: datetime) -> Issued:
    """The voucher of a reward that is given out."""
    code = fresh_code()
    voucher = Voucher(
        id=new_id(),
        last4=code[-4:],
        program_id=program.id,
        customer_id=redemption.customer_id,
        redemption_id=redemption.id,
        reward_code=reward.code,
        reward_kind=reward.kind,
        points=redemption.points,
        status="open",
        issued_at=at,
        expires_at=expiry(program, at, reward.code_valid_days),
    )
    return Issued(voucher, code)


def tell_redeemed(unit: UnitOfWork, program: Program, redemption: Redemption) -> None:
    """Records that a reward was given out."""
    assert redemption.reward_code is not None
    assert redemption.reward_kind is not None
    fact = RewardRedeemed(
        redemption_id=redemption.id,
        customer_id=redemption.customer_id,
        program_id=program.id,
        program_code=program.code,
        reward_code=redemption.reward_code,
        reward_kind=redemption.reward_kind,
        points=redemption.points,
        occurred_at=unit.now,
    )
    unit.record(redemption.customer_id, fact)


def _first(wallet: Wallet) -> UUID:
    """Stands for the family."""
    return next(iter(wallet.members))
