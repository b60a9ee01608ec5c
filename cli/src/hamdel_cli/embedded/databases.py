"""One database and one role per service, and their migrations."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg

from hamdel.database.migrations import upgrade
from hamdel_cli.embedded import repository
from hamdel_cli.topology import PACKAGES

__all__ = ["create_databases", "migrate", "migrate_all"]


async def create_databases(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Makes the missing roles and databases (both named as the service's short name); safe to repeat."""
    connection = await asyncpg.connect(admin_url, timeout=5)
    try:
        present = await repository.databases(connection)
        for name, password in passwords.items():
            if name not in present:
                await repository.create_role(connection, name, password)
                await repository.create_database(connection, name)
    finally:
        await connection.close()


async def migrate(short: str, url: str) -> None:
    """Brings one database to the newest revision of its package."""
    package = importlib.import_module(PACKAGES[short])
    assert package.__file__ is not None
    await upgrade(url, Path(package.__file__).parent)


async def migrate_all(urls: Iterable[tuple[str, str]]) -> None:
    """Brings several databases, given as (short name, URL), to their newest revision."""
    for short, url in urls:
        await migrate(short, url)
