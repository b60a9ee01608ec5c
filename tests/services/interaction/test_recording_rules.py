"""The pure rules of recording, and that the tables are what the migrations make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

import interaction_service
from interaction_service.purchases.domain import same_amount
from interaction_service.recording.domain import fingerprint, too_far_ahead
from interaction_service.recording.schemas import holds_nul
from interaction_service.tables import metadata

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_same_content_has_the_same_fingerprint() -> None:
    assert fingerprint("a", None, 7) == fingerprint("a", None, 7)


@pytest.mark.parametrize("other", [("a", "", 7), ("a", None, 8), ("aNone", 7), (None, "a", 7), ("a", "b", 7)])
def test_other_content_has_another_fingerprint(other: tuple[object, ...]) -> None:
    assert fingerprint(*other) != fingerprint("a", None, 7)


def test_a_field_added_later_does_not_change_fingerprints_while_it_is_not_used() -> None:
    assert fingerprint("a", 7, None) == fingerprint("a", 7)


@pytest.mark.parametrize(("ahead", "too_far"), [(timedelta(days=1), False), (timedelta(days=1, microseconds=1), True)])
def test_a_day_ahead_is_the_limit(ahead: timedelta, too_far: bool) -> None:
    assert too_far_ahead(NOW + ahead, NOW) is too_far


@pytest.mark.parametrize(
    ("amount", "same"), [("77.00", "77"), ("77", "77"), ("0.10", "0.1"), ("100", "100"), ("0", "0")]
)
def test_equal_amounts_have_one_spelling(amount: str, same: str) -> None:
    assert same_amount(amount) == same


@pytest.mark.parametrize("value", ["a\0", ["x", ["\0"]], {"a\0": 1}, {"a": {"b": ["\0"]}}])
def test_a_nul_is_found_wherever_it_is(value: object) -> None:
    assert holds_nul(value)


def test_what_holds_no_nul_is_not_blamed() -> None:
    assert not holds_nul({"a": ["b", 1, None, {"c": "\\u0000"}]})


async def test_the_tables_are_what_the_migrations_make(engine: AsyncEngine) -> None:
    for module in Path(interaction_service.__file__ or "").parent.glob("*/tables.py"):
        import_module(f"interaction_service.{module.parent.name}.tables")

    def differences(connection: Connection) -> list[object]:
        own = set(metadata.tables)
        options = {"include_name": lambda name, kind, _parents: kind != "table" or name in own}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        return [one for one in found if not str(one[0]).endswith(("_index", "_constraint", "_fk"))]

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
