"""Schema migrations of one service's database, run by the service itself (`python -m <service> migrate`).

A service's `migrations/env.py` is two lines: import `run_migrations` from here and call it.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

__all__ = ["migrations_dir", "run_migrations", "upgrade"]

_LOCK = 0x68616D64656C  # "hamdel" in ASCII; advisory locks are per database
_CONNECT_SECONDS = 5.0


def migrations_dir(package_dir: Path) -> Path:
    """The migrations of a package: `_migrations` in the installed wheel, `migrations` beside `src` in the source tree.

    Raises FileNotFoundError where there are none.
    """
    for candidate in (package_dir / "_migrations", package_dir.parent.parent / "migrations"):
        if (candidate / "env.py").is_file():
            return candidate
    raise FileNotFoundError(f"no migrations for {package_dir.name}")


async def upgrade(url: str, package_dir: Path, revision: str = "head") -> None:
    """Brings the database to the newest revision; several at once wait for each other, the later ones do nothing.

    `package_dir` is the folder of the service's import package. No statement time-out: an index may take its time.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations_dir(package_dir)).replace("%", "%%"))
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        poolclass=NullPool,
        connect_args={"timeout": _CONNECT_SECONDS, "server_settings": {"application_name": "hamdel-migrate"}},
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            await connection.commit()
            await connection.run_sync(_upgrade, config, revision)
            await connection.commit()
            await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, config: Config, revision: str) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def run_migrations() -> None:
    """What a service's `env.py` calls: each revision in a transaction of its own, on the locked connection."""
    context.configure(
        connection=context.config.attributes["connection"],
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
