"""Use cases of consent. Reads take the ids of several customers that are one, the one that was asked for first."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.contracts.base import rfc3339
from hamdel.contracts.profile import ConsentChanged
from hamdel.database import UnitOfWork
from hamdel.http import Conflict, FieldError, InvalidValue, NotFound, Paging, decode_cursor, encode_cursor
from hamdel.ids import new_id
from profile_service.consents import repository
from profile_service.consents.chain import Proof, broken_at, sealed
from profile_service.consents.contact import Contact, can_contact
from profile_service.consents.domain import (
    MAX_PAIRS,
    Row,
    Standing,
    Told,
    standing_for,
    standing_of_family,
    tells_nothing_new,
)
from profile_service.consents.quiet_hours import QuietHours
from profile_service.customers import service as customers
from profile_service.customers.domain import Change, Customer
from profile_service.history import repository as history
from profile_service.history.domain import Entry

__all__ = ["Clocks", "Outcome", "confirm", "contact", "page_of_rows", "prove", "put", "standings", "tell_first"]

CONFIRMATION_LASTS: Final = timedelta(days=7)
_BIRTH_LINES: Final = 1
"""Lines that the history of a new customer has already."""

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands after a telling; `token` confirms a double opt-in that it opened, and is not to be had again."""

    standing: Standing
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
    """Quiet hours, and the time zone (IANA) of customers of whom none is known."""

    quiet: QuietHours
    default_timezone: str


async def put(unit: UnitOfWork, customer_id: UUID, told: Told) -> Outcome:
    """Takes a telling down unless the same stands already; a `pending` one opens a double opt-in. Raises NotFound,
    InvalidValue for a window that ends before it begins, Conflict `too-many-consents`."""
    await unit.lock_streams([customer_id])
    current = await customers.load(unit.connection, customer_id)
    rows = await repository.newest(unit.connection, [customer_id], with_evidence=True)
    _check_windows([(told, "/valid_to")], unit.now)
    before = standing_for(rows, told.purpose, told.channel)
    if before is not None and tells_nothing_new(told, before.row, await _asked(unit, before.row), unit.now):
        return Outcome(before)
    token = secrets.token_urlsafe(32) if told.status == "pending" else None
    if token is not None:
        told = replace(told, token_hash=_hashed(token), token_expires_at=_expiry(told, unit.now))
    return Outcome(await _change(unit, current, rows, told), token)


async def confirm(unit: UnitOfWork, customer_id: UUID, token: str, evidence: str) -> Outcome:
    """Ends a double opt-in with a grant that begins now or when it was asked to, whichever is later. Raises NotFound
    `unknown-confirmation`, Conflict `confirmation-closed` (used, or something newer stands), `confirmation-expired`."""
    await unit.lock_streams([customer_id])
    current = await customers.load(unit.connection, customer_id)
    opened = await repository.by_token(unit.connection, [customer_id], _hashed(token))
    if opened is None or opened.token_expires_at is None:
        raise NotFound("unknown-confirmation")
    rows = await repository.newest(unit.connection, [customer_id])
    standing = standing_for(rows, *opened.pair)
    if standing is None or standing.row.id != opened.id:
        raise Conflict("confirmation-closed", "it was used, or something newer stands")
    if opened.token_expires_at <= unit.now:
        raise Conflict("confirmation-expired", "ask for consent again")
    told = Told(
        purpose=opened.purpose,
        channel=opened.channel,
        status="granted",
        legal_basis=opened.legal_basis,
        source=opened.source,
        evidence=evidence,
        valid_from=max(opened.valid_from, unit.now),
        valid_to=opened.valid_to,
        confirms=opened.id,
    )
    return Outcome(await _change(unit, current, rows, told))


async def tell_first(unit: UnitOfWork, customer: Customer, told: Sequence[Told]) -> None:
    """What a customer that this transaction makes has allowed already. Raises InvalidValue for a window that ends
    before it begins and for a pair that is given twice."""
    if not told:
        return
    pairs = [(each.purpose, each.channel) for each in told]
    again = [index for index, pair in enumerate(pairs) if pair in pairs[:index]]
    if again:
        raise InvalidValue(errors=[FieldError(f"/consents/{index}", "is given twice") for index in again])
    _check_windows([(each, f"/consents/{index}/valid_to") for index, each in enumerate(told)], unit.now)
    rows = await _append(unit, customer.id, [], told)
    entries = [Entry(customer.id, customer.version, _pointer(row), None, _terms(row)) for row in rows]
    context = unit.context
    await history.append(
        unit.connection, entries, actor=context.actor, source=context.source, now=unit.now, after=_BIRTH_LINES
    )


async def standings(
    connection: AsyncConnection, customer_ids: Sequence[UUID], paging: Paging
) -> tuple[list[tuple[str, Standing]], str | None]:
    """A page of channels and what stands for them, by purpose and channel, and the cursor of the next one. Raises
    NotFound, Malformed."""
    after = decode_cursor(paging.cursor, str, str)
    rows = await repository.newest(connection, customer_ids, with_evidence=True)
    if not rows:
        await customers.load(connection, customer_ids[0])
    found = standing_of_family(rows)
    left = [pair for pair in found if after is None or pair > after]
    page = left[: paging.limit]
    return [(pair[1], found[pair]) for pair in page], encode_cursor(*page[-1]) if len(left) > len(page) else None


async def page_of_rows(
    connection: AsyncConnection, customer_ids: Sequence[UUID], paging: Paging
) -> tuple[list[Row], str | None]:
    """A page of everything that was ever told, newest first. Raises NotFound, Malformed."""
    before = decode_cursor(paging.cursor, datetime, int, UUID)
    found = await repository.lines(connection, customer_ids, before, paging.limit + 1)
    if not found:
        await customers.load(connection, customer_ids[0])
    page = found[: paging.limit]
    more = len(found) > paging.limit
    return page, encode_cursor(page[-1].recorded_at, page[-1].ordinal, page[-1].customer_id) if more else None


async def contact(
    connection: AsyncConnection,
    customer_ids: Sequence[UUID],
    purpose: str,
    channel: str,
    clocks: Clocks,
    at: datetime | None,
) -> Contact:
    """Whether the first of the customers may be contacted at a moment (now, without one). Raises NotFound."""
    customer = await customers.load(connection, customer_ids[0])
    rows = await repository.newest(connection, customer_ids)
    return can_contact(
        standing_for(rows, purpose, channel),
        purpose,
        channel,
        archived=customer.archived_at is not None,
        at=at or utc_now(),
        zone=ZoneInfo(customer.document.get("timezone") or clocks.default_timezone),
        quiet=clocks.quiet,
    )


async def prove(connection: AsyncConnection, customer_id: UUID) -> Proof:
    """Reads the whole chain of one customer and checks every link. Raises NotFound."""
    await customers.load(connection, customer_id)
    rows: list[Row] = []
    while more := await repository.chain(connection, customer_id, len(rows), _CHUNK):
        rows += more
    return Proof(len(rows), rows[-1].hash if rows else None, broken_at(rows))


async def _asked(unit: UnitOfWork, row: Row) -> Row:
    return row if row.confirms is None else await repository.find(unit.connection, row.confirms)


async def _change(unit: UnitOfWork, current: Customer, rows: Sequence[Row], told: Told) -> Standing:
    pairs = {row.pair for row in rows} | {(told.purpose, told.channel)}
    if len(pairs) > MAX_PAIRS:
        raise Conflict("too-many-consents", f"a customer has at most {MAX_PAIRS} pairs of purpose and channel")
    before = next((row for row in rows if row.pair == (told.purpose, told.channel)), None)
    (row,) = await _append(unit, current.id, rows, [told])
    await customers.store(unit, current, [Change(_pointer(row), before and _terms(before), _terms(row))])
    return Standing(row, row.valid_from, row.valid_to)


async def _append(unit: UnitOfWork, customer_id: UUID, rows: Sequence[Row], told: Sequence[Told]) -> list[Row]:
    """Adds rows to the customer's chain, whose last one is among `rows`, and announces them."""
    last = max(rows, key=lambda row: row.ordinal, default=None)
    added: list[Row] = []
    for each in told:
        last = _next(unit, customer_id, last, each)
        added.append(last)
    await repository.add(unit.connection, added)
    for row in added:
        unit.record(customer_id, _fact(row))
    return added


def _next(unit: UnitOfWork, customer_id: UUID, last: Row | None, told: Told) -> Row:
    row = Row(
        id=new_id(),
        customer_id=customer_id,
        ordinal=last.ordinal + 1 if last else 1,
        purpose=told.purpose,
        channel=told.channel,
        status=told.status,
        legal_basis=told.legal_basis,
        source=told.source,
        evidence=told.evidence,
        valid_from=told.valid_from or unit.now,
        valid_to=told.valid_to,
        token_hash=told.token_hash,
        token_expires_at=told.token_expires_at,
        confirms=told.confirms,
        # the clock was read before the lock was had: the order of the chain is the order of its times as well
        recorded_at=max(unit.now, last.recorded_at) if last else unit.now,
        recorded_by=unit.context.actor,
        previous_hash=None,
        hash=b"",
    )
    return sealed(row, last.hash if last else None)


def _fact(row: Row) -> ConsentChanged:
    return ConsentChanged(
        customer_id=row.customer_id,
        purpose=row.purpose,
        channel=row.channel,
        status=row.status,
        legal_basis=row.legal_basis,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _terms(row: Row) -> dict[str, Any]:
    return {
        "status": row.status,
        "legal_basis": row.legal_basis,
        "valid_from": rfc3339(row.valid_from),
        "valid_to": rfc3339(row.valid_to) if row.valid_to else None,
    }


def _pointer(row: Row) -> str:
    return f"/consents/{row.purpose}/{row.channel}"


def _check_windows(told: Iterable[tuple[Told, str]], now: datetime) -> None:
    wrong = [at for each, at in told if each.valid_to is not None and each.valid_to <= (each.valid_from or now)]
    if wrong:
        faults = [FieldError(at, "must be later than valid_from", "ends_before_it_begins") for at in wrong]
        raise InvalidValue(errors=faults)


def _expiry(told: Told, now: datetime) -> datetime:
    expires = now + CONFIRMATION_LASTS
    return expires if told.valid_to is None else min(expires, told.valid_to)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
