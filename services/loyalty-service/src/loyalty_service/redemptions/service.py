"""Use cases of redemptions: many wishes in one transaction, then the capture or the release of each.

Locks are taken in one order everywhere: the streams of whole families, members, stock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork, family_of
from hamdel.http import Conflict, Forbidden, NotFound, Paging, ProblemError, cut_page, decode_cursor
from hamdel.http.sharing import Asked
from loyalty_service.ledger.service import Book, Wallet, lock_families
from loyalty_service.programs.domain import Program
from loyalty_service.redemptions import repository
from loyalty_service.redemptions.desk import Made, issue, tell_redeemed
from loyalty_service.redemptions.domain import Redemption, Wish, captured, released, timed_out
from loyalty_service.redemptions.opening import close_desk, open_books, open_desk
from loyalty_service.rewards import repository as rewards
from loyalty_service.vouchers import repository as vouchers
from loyalty_service.vouchers.domain import voided

__all__ = ["capture", "page_of_redemptions", "redeem", "redemption_of", "release", "release_due"]


async def redeem(
    unit: UnitOfWork, directory: CustomerDirectory, asked: Sequence[Asked[Wish]], minutes: int
) -> list[Made | ProblemError]:
    """Decides the wishes in order; a reservation holds for so many minutes.

    Each gets its own answer: NotFound `unknown-customer`, `unknown-program`, `unknown-reward`; Conflict
    `not-a-member`, `reward-not-available`, `limit-reached`, `out-of-stock`, `insufficient-points`, `order-redeemed`.
    Raises Unavailable when a customer has to be asked for and cannot be.
    """
    wishes = [each.record for each in asked]
    known = await directory.known(unit.connection, {wish.customer_id for wish in wishes})
    wanted = [wish for wish in wishes if wish.customer_id in known]
    families = await lock_families(unit, {wish.customer_id for wish in wanted})
    desk = await open_desk(unit, wanted, families, minutes)
    answers: list[Made | ProblemError] = []
    context = unit.context
    for each in asked:
        # each event and each entry says who asked for it
        unit.context = each.context
        stranger = each.record.customer_id not in known
        answers.append(
            NotFound("unknown-customer", "there is no such customer") if stranger else desk.serve(each.record)
        )
    unit.context = context
    await close_desk(desk)
    return answers


async def redemption_of(connection: AsyncConnection, customer_id: UUID, redemption_id: UUID) -> Redemption:
    """A redemption of the customer or of somebody who is one with them. Raises NotFound `unknown-redemption`."""
    found = await repository.find(connection, await family_of(connection, customer_id), redemption_id)
    if found is None:
        raise NotFound("unknown-redemption", "the customer has no such redemption")
    return found


async def page_of_redemptions(
    connection: AsyncConnection, customer_id: UUID, paging: Paging
) -> tuple[list[Redemption], str | None]:
    """The family's redemptions, the newest first, and the cursor of the next page. Raises Malformed."""
    (before,) = decode_cursor(paging.cursor, UUID) or (None,)
    family = await family_of(connection, customer_id)
    found = await repository.page(connection, family, before, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


async def capture(unit: UnitOfWork, customer_id: UUID, redemption_id: UUID) -> Made:
    """Spends what is reserved; what is captured already stays as it is. Raises NotFound `unknown-redemption`, Conflict
    `redemption-released` (also when the time of the reservation is over)."""
    redemption = await _held(unit, customer_id, redemption_id)
    if redemption.status == "released" or timed_out(redemption, unit.now):
        raise Conflict("redemption-released", "the points were given back, or are about to be")
    book, wallet = await _opened(unit, redemption)
    if redemption.status == "captured":
        await book.save()
        return Made(redemption, wallet.available)
    wallet.capture(redemption.id, at=unit.now, reward_code=redemption.reward_code)
    after, code = captured(redemption, unit.now), None
    if after.reward_code is not None:
        after, code = await _give_out(unit, book.program, after)
    await repository.store(unit.connection, [after])
    await book.save()
    return Made(after, wallet.available, code)


async def release(unit: UnitOfWork, customer_id: UUID, redemption_id: UUID, *, may_undo: bool) -> Made:
    """Gives the points back into their lots and the piece into the stock; what is released already stays as it is.

    What is captured is undone only by somebody who may, and its voucher with it. Raises NotFound `unknown-redemption`,
    Forbidden, Conflict `voucher-used`.
    """
    redemption = await _held(unit, customer_id, redemption_id)
    if redemption.status == "captured" and not may_undo:
        raise Forbidden(detail="only a manager undoes what is captured")
    book, wallet = await _opened(unit, redemption)
    if redemption.status == "released":
        await book.save()
        return Made(redemption, wallet.available)
    undone = redemption.status == "captured"
    if undone:
        await _void(unit, redemption)
    after = released(redemption, unit.now, "undone" if undone else "asked")
    wallet.release(redemption.id, at=unit.now, reason=after.released_because, captured=undone)
    await _released(unit, [book], [after])
    return Made(after, wallet.available)


async def release_due(unit: UnitOfWork, at_once: int) -> int:
    """Releases at most so many reservations that have timed out; gives how many were looked at."""
    waiting = await repository.due(unit.connection, unit.now, at_once)
    if not waiting:
        return 0
    await lock_families(unit, {each.customer_id for each in waiting})
    claimed = await repository.claim_due(unit.connection, [each.id for each in waiting], unit.now)
    books = await open_books(unit, claimed, [each.id for each in claimed])
    for redemption in claimed:
        wallet = _wallet(books[redemption.program_id], redemption)
        wallet.release(redemption.id, at=unit.now, reason="timed-out")
    await _released(unit, books.values(), [released(each, unit.now, "timed-out") for each in claimed])
    return len(waiting)


async def _held(unit: UnitOfWork, customer_id: UUID, redemption_id: UUID) -> Redemption:
    seen = await redemption_of(unit.connection, customer_id, redemption_id)
    await lock_families(unit, [customer_id, seen.customer_id])
    return await redemption_of(unit.connection, customer_id, redemption_id)


async def _opened(unit: UnitOfWork, redemption: Redemption) -> tuple[Book, Wallet]:
    book = (await open_books(unit, [redemption], [redemption.id]))[redemption.program_id]
    return book, _wallet(book, redemption)


def _wallet(book: Book, redemption: Redemption) -> Wallet:
    wallet = book.wallet(redemption.customer_id)
    assert wallet is not None, "redemptions are made by members, and nobody stops being one"
    return wallet


async def _give_out(unit: UnitOfWork, program: Program, redemption: Redemption) -> tuple[Redemption, str]:
    reward = (await rewards.by_codes(unit.connection, [(program.id, redemption.reward_code or "")])).popitem()[1]
    issued = issue(program, redemption, reward, unit.now)
    await vouchers.add(unit.connection, [(issued.voucher, issued.code_hash)])
    tell_redeemed(unit, program, redemption)
    return issued.shown_with(redemption), issued.code


async def _void(unit: UnitOfWork, redemption: Redemption) -> None:
    voucher = await vouchers.of_redemption(unit.connection, redemption.id)
    if voucher is None:
        return
    if voucher.status == "used":
        raise Conflict("voucher-used", "its voucher has been used")
    await vouchers.store(unit.connection, voided(voucher))


async def _released(unit: UnitOfWork, books: Iterable[Book], done: Sequence[Redemption]) -> None:
    for book in books:
        await book.save()
    pieces = Counter(each.reward_id for each in done if each.took_stock and each.reward_id)
    await rewards.give_back(unit.connection, pieces)
    await repository.store(unit.connection, done)
