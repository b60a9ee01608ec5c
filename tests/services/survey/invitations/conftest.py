"""The world of invitations."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWorkFactory
from tests.services.survey.invitations.support import World


@pytest.fixture
def world(units: UnitOfWorkFactory, engine: AsyncEngine) -> World:
    """A database without the application."""
    return World(units, engine)
