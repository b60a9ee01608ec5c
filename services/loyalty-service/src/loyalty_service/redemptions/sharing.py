"""Redemptions that arrive together share one transaction: a wallet is opened once and decides them in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import Request

from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Answer, ProblemError, services_of
from hamdel.http.sharing import Asked, SharedCommand
from loyalty_service.redemptions.domain import Wish
from loyalty_service.redemptions.schemas import answer_to
from loyalty_service.redemptions.service import redeem
from loyalty_service.redemptions.settings import RedemptionSettings

__all__ = ["shared_redemptions"]

_NAME: Final = "redemptions that share a transaction"


def shared_redemptions(request: Request) -> SharedCommand[Wish]:
    """The one of this process."""
    services, directory = services_of(request), directory_of(request)
    found: SharedCommand[Wish] | None = services.extras.get(_NAME)
    if found is None:
        settings = services.settings
        assert isinstance(settings, RedemptionSettings)
        minutes = settings.reservation_minutes

        async def use_case(unit: UnitOfWork, asked: Sequence[Asked[Wish]]) -> list[Answer | ProblemError]:
            made = await redeem(unit, directory, asked, minutes)
            return [one if isinstance(one, ProblemError) else answer_to(one, 201 if one.new else 200) for one in made]

        found = services.extras[_NAME] = SharedCommand(services, use_case)
    return found
