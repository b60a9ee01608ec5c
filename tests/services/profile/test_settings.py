"""The settings of profile-service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.http import create_app
from profile_service.main import definition
from profile_service.settings import ProfileSettings
from tests.services.profile.conftest import NO_BROKER
from tests.services.profile.support import Api


def settings(**values: Any) -> ProfileSettings:
    """Settings with a database nobody asks."""
    return ProfileSettings(database_url="postgresql://nowhere/none", **values)


def test_phones_are_at_home_in_iran_unless_said() -> None:
    assert settings().default_phone_region == "IR"


def test_the_region_of_phones_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAMDEL_DEFAULT_PHONE_REGION", "GB")
    assert settings().default_phone_region == "GB"


@pytest.mark.parametrize("region", ["", "ir", "Iran", "XX", "001"])
def test_a_region_without_phone_numbers_is_refused(region: str) -> None:
    with pytest.raises(ValidationError):
        settings(default_phone_region=region)


async def test_bodies_and_lookups_dial_from_the_region_of_the_installation(
    database: str, engine: AsyncEngine, key_pair: tuple[Path, Path]
) -> None:
    british = ProfileSettings(
        database_url=database, jwks_file=key_pair[1], kafka_bootstrap=NO_BROKER, default_phone_region="GB"
    )
    app = create_app(definition(), british)
    async with app.router.lifespan_context(app):
        api = Api(app, key_pair[0], engine)
        made = await api.create(identifiers=[{"type": "phone", "value": "020 7946 0958"}])
        assert (await api.get("/v1/customers/by/phone/+442079460958")).json()["id"] == made["id"]
        assert (await api.get("/v1/customers/by/phone/02079460958")).json()["id"] == made["id"]
        assert (await api.get("/v1/customers/by/phone/02188776655")).status_code == 422
