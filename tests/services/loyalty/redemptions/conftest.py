"""A programme and somebody with points in it."""

from __future__ import annotations

import pytest

from hamdel.database import UnitOfWork, UnitOfWorkFactory
from loyalty_service.redemptions import background
from tests.services.loyalty.redemptions.support import give
from tests.services.loyalty.support import Api


@pytest.fixture
async def program(api: Api) -> str:
    """Points never lapse there."""
    return str((await api.program())["id"])


@pytest.fixture
async def member(api: Api, units: UnitOfWorkFactory, program: str) -> str:
    """Has 500 points."""
    customer = await api.customer()
    await give(units, program, customer, 500)
    return customer


@pytest.fixture
def no_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's own sweep finds nothing: the test sweeps by itself."""

    async def nothing(_unit: UnitOfWork, _at_once: int) -> int:
        return 0

    monkeypatch.setattr(background, "release_due", nothing)
