"""Use case of the liability report."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.calendar import to_jalali
from loyalty_service.liability.domain import Liability, by_month
from loyalty_service.liability.repository import owed
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import program_of

__all__ = ["liability_of", "month_name"]


async def liability_of(connection: AsyncConnection, program_id: UUID) -> Liability:
    """What the programme owes at this moment, as the ledger has it. Raises NotFound `unknown-program`."""
    program = await program_of(connection, program_id)
    members, debt, days = await owed(connection, program_id, program.timezone)
    return by_month(members, debt, days, lambda day: month_name(program, day))


def month_name(program: Program, day: date) -> str:
    """The month of the programme's calendar that a day lies in, as `2026-03` or `1404-12`."""
    year, month = to_jalali(day)[:2] if program.calendar == "jalali" else (day.year, day.month)
    return f"{year:04}-{month:02}"
